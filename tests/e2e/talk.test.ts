// Two people, two browsers, the real server.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enter, sdkClient } from "./account";
import { launch, Person, type Shown } from "./person";
import { eventually, Server } from "./server";

const NODES_MAX = 300;
const HISTORY = 300;

const server = new Server(["--sends-per-second", "1000", "--sends-burst", "1000"]);
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  ann = await Person.signUp(browser, server.http, "Ann");
  bob = await Person.signUp(browser, server.http, "Bob", { viewport: { width: 390, height: 780 } });
  link = await ann.create("Book club");
  await bob.join(link);
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const dense = (shown: Shown[]) => shown.every(({ seq }, i) => i === 0 || seq === (shown[i - 1]?.seq ?? 0) + 1);

test("both see what both say, in one numbered order", async () => {
  await ann.say("hello");
  await bob.sees("hello");
  await bob.say("hi Ann");
  await ann.sees("hi Ann");
  for (let i = 0; i < 5; ++i) await Promise.all([ann.say(`ann ${i}`), bob.say(`bob ${i}`)]);
  await Promise.all([ann.settled(), bob.settled()]);
  // One's own last words, too: they may not even be pending yet when that is asked.
  await Promise.all([ann, bob].flatMap((who) => [who.sees("ann 4"), who.sees("bob 4")]));

  const seen = await ann.shown();
  expect(await bob.shown()).toEqual(seen);
  expect(dense(seen)).toBe(true);
  for (const who of ["ann", "bob"]) {
    const said = seen.map(({ text }) => text).filter((text) => text.startsWith(`${who} `));
    expect(said).toEqual([0, 1, 2, 3, 4].map((i) => `${who} ${i}`));
  }
  expect(await ann.verified()).toBe(seen.at(-1)?.seq);
});

test("markup in a message and in a name stays text", async () => {
  const evil = '<img src=x onerror="document.title=1"><script>alert(1)</script>';
  await bob.say(evil);
  await ann.sees(evil);
  expect(await ann.page.$$(".rows img, .rows script")).toHaveLength(0);
});

test("a long history is scrolled back to its beginning with a bounded number of nodes", async () => {
  const writer = sdkClient(server, await enter(server, "sign-in", "Ann"));
  const gid = Number(/\d+$/.exec(link)?.[0]);
  const group = writer.group(gid);
  await eventually("the writer is in the group", async () => group.state === "open");
  const slow = await ann.page.context().newCDPSession(ann.page);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 8 });
  for (let i = 1; i <= HISTORY; ++i) group.send({ text: `line ${i}` });
  await eventually("the history is written", async () => group.outbox.items.length === 0);
  await ann.sees(`line ${HISTORY}`); // Who was at the end is there still, at any rate.
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const head = group.log.last;
  writer.connection.stop();

  await bob.page.reload();
  await bob.sees(`line ${HISTORY}`);
  const seen = new Map<number, string>();
  let nodes = 0;
  await eventually("the beginning is reached", async () => {
    for (const { seq, text } of await bob.shown()) seen.set(seq, text);
    nodes = Math.max(nodes, await bob.page.$$eval(".rows > *", (all) => all.length));
    // In leaps to the very top, where no further scroll event comes.
    await bob.page.$eval(".scroller", (scroller) => scroller.scrollBy(0, -1_000_000));
    return seen.has(1);
  });
  expect(seen.size).toBe(head);
  expect([...seen.values()].filter((text) => text.startsWith("line "))).toHaveLength(HISTORY);
  expect(nodes).toBeLessThanOrEqual(NODES_MAX);
  expect(await bob.verified()).toBe(head);

  await bob.page.click(".jump");
  await bob.sees(`line ${HISTORY}`);
});

test("a server that is killed loses nothing, doubles nothing, and is found again", async () => {
  await ann.say("before the fall");
  await bob.sees("before the fall");
  // Some of these are on their way when the server dies, some are written while it is dead.
  const said = Array.from({ length: 6 }, (_, i) => `through the fall ${i}`);
  for (const text of said.slice(0, 3)) await ann.say(text);
  await server.kill();
  await eventually("the page says that it is not connected", () => ann.page.$('.status:not([data-state="online"])').then((found) => found !== null));
  for (const text of said.slice(3)) await ann.say(text);
  await bob.say("bob was here too");
  expect(await ann.pending()).toContain(said[5]);
  await server.start();

  await Promise.all([ann.settled(), bob.settled()]);
  await bob.sees(said[5] ?? "");
  await ann.sees("bob was here too");
  const seen = await ann.shown();
  expect(dense(seen)).toBe(true);
  expect(seen.map(({ text }) => text).filter((text) => said.includes(text))).toEqual(said);
  const same = await eventually("both end alike", async () => {
    const [hers, his] = [await ann.shown(), await bob.shown()];
    return hers.at(-1)?.seq === his.at(-1)?.seq && { hers, his };
  });
  expect(same.his.slice(-10)).toEqual(same.hers.slice(-10));
  expect(await ann.verified()).toBe(same.hers.at(-1)?.seq);
  expect(await bob.verified()).toBe(same.his.at(-1)?.seq);
});

test("who comes back finds the same log", async () => {
  const before = await ann.shown();
  await ann.page.reload();
  await ann.sees(before.at(-1)?.text ?? "");
  const after = await ann.shown();
  expect(after.slice(-20)).toEqual(before.slice(-20));
  expect(await ann.verified()).toBe(before.at(-1)?.seq);
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors].filter((error) => !/ERR_CONNECTION/.test(error))).toEqual([]);
});
