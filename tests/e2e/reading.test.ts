// Where somebody stands in what is said: who comes back, who is new, who looks further up, who wants a rest.

import { afterAll, beforeAll, expect, test } from "vitest";
import { enter, sdkClient } from "./account";
import { clubServer, meet, type Club } from "./club";
import { Person } from "./person";
import { eventually } from "./server";
import type { Client, Group } from "@stentor/sdk";

const server = clubServer();
let club: Club;
let writer: Client;
let group: Group;

beforeAll(async () => {
  club = await meet(server, { leaves: true, viewport: { width: 1280, height: 900 } });
  writer = sdkClient(server, await enter(server, "sign-in", "Bob"));
  group = writer.group(gidOf(club.link));
  await eventually("Bob's other client is there", async () => group.state === "open");
});

afterAll(async () => {
  writer?.connection.stop();
  await club?.browser.close();
  await server.stop();
});

const gidOf = (link: string) => Number(/\d+$/.exec(link)?.[0]);

async function say(...texts: string[]): Promise<void> {
  for (const text of texts) group.send({ text });
  await eventually("it is written", async () => group.outbox.items.length === 0);
}
const several = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what} ${i + 1}`);

const afterLine = ({ page }: Person) => page.$eval(".new-rule", (node) => node.nextElementSibling?.querySelector(".text")?.textContent);

// How far below the upper edge of what is seen; nothing: it is not there.
const topOf = ({ page }: Person, selector: string) => page.$eval(".scroller", (scroller, selector) => {
  const node = scroller.querySelector(selector);
  return node && node.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
}, selector);

const lineStandsHigh = (person: Person) => eventually("the line stands in the upper part", async () => {
  const top = await topOf(person, ".new-rule");
  return typeof top === "number" && top >= 0 && top < 200;
});

const wholeRows = ({ page }: Person) => page.$eval(".scroller", (scroller) => {
  const { top, bottom } = scroller.getBoundingClientRect();
  return [...scroller.querySelectorAll(".row")].map((row) => row.getBoundingClientRect()).filter((row) => row.top >= top && row.bottom <= bottom).length;
});

const sits = async (who: Person, text: string) => {
  const at = await who.row(text).boundingBox();
  const seen = await who.page.locator(".scroller").boundingBox();
  return at !== null && seen !== null && at.y >= seen.y && at.y + at.height <= seen.y + seen.height + 1;
};

async function toNewest({ page }: Person): Promise<void> {
  if (await page.isVisible(".jump")) await page.click(".jump");
  await page.waitForSelector(".jump", { state: "hidden" });
}

async function elsewhere({ page }: Person): Promise<void> {
  await page.goto(`${server.http}/#/`);
  await page.waitForSelector(".conversation", { state: "detached" });
}

test("what was missed while the line was cut begins with a line", async () => {
  const { ann } = club;
  await say("before the cut");
  await ann.sees("before the cut");
  await ann.goAway();
  await say(...several("missed", 5));
  await ann.comeBack();
  await ann.sees("missed 5");
  expect(await afterLine(ann)).toBe("missed 1");
});

test("the line stands above the first message that was not seen, also far back, and in view", async () => {
  const { ann } = club;
  await elsewhere(ann);
  await say(...several("far back", 400));
  await ann.page.goto(club.link);
  await ann.sees("far back 1");
  expect(await afterLine(ann)).toBe("far back 1");
  await lineStandsHigh(ann);
  await toNewest(ann);
  await ann.sees("far back 400");
});

test("the line stays in view while older messages come above it, each time", async () => {
  const { ann } = club;
  for (let time = 0; time < 5; ++time) {
    await toNewest(ann);
    await elsewhere(ann);
    await say(...several(`time ${time}, message`, 45));
    // A page that holds nothing yet.
    await ann.page.goto("about:blank");
    await ann.page.goto(club.link);
    await ann.sees(`time ${time}, message 1`);
    await lineStandsHigh(ann);
    await toNewest(ann);
    await ann.sees(`time ${time}, message 45`);
  }
});

test("who is new begins with what is said now, though they may read all that was said before", async () => {
  const { ann, browser } = club;
  const link = await ann.create("Open club");
  await new Promise((joined) => writer.entrance.join(gidOf(link), joined));
  const open = writer.group(gidOf(link));
  for (const text of several("of old", 300)) open.send({ text });
  await eventually("it is written", async () => open.state === "open" && open.outbox.items.length === 0);
  const cho = await Person.signUp(browser, server.http, "Cho");
  await cho.join(link);
  await cho.sees("of old 300");
  await eventually("it stands at the end", () => sits(cho, "of old 300"), 5_000);
  expect(await cho.page.$$(".new-rule")).toEqual([]);
  expect(await cho.page.isVisible(".jump")).toBe(false);
  await cho.context.close();
  await ann.page.goto(club.link);
});

test("who was led to a message in a group that fits the view goes on following", async () => {
  const { ann, bob } = club;
  const link = await ann.create("Short");
  await ann.say("to be answered");
  await ann.settled();
  await bob.join(link);
  await bob.sees("to be answered");
  await bob.act("to be answered", "Reply");
  await bob.say("an answer");
  await ann.sees("an answer");
  await ann.page.click(".quote");
  await ann.page.waitForSelector(".pointed");
  expect(await ann.page.isVisible(".jump")).toBe(false);
  await bob.say(`a long one\n${"line\n".repeat(14)}end`);
  for (const text of several("later", 12)) await bob.say(text);
  await ann.sees("later 12");
  expect(await sits(ann, "later 12")).toBe(true);
});

test("three hundred empty lines, and a word without end, take up no more than any long message", async () => {
  const { ann, bob } = club;
  await ann.page.goto(club.link);
  await bob.page.goto(club.link);
  await bob.say(`a${"\n".repeat(300)}b`);
  await bob.say("w".repeat(8_000));
  await ann.settled();
  await eventually("Ann sees both", async () => (await ann.shown()).slice(-2).every(({ text }) => /^a\n|^w/.test(text)));
  const heights = await ann.page.$$eval(".row.folded", (rows) => rows.slice(-2).map((row) => row.getBoundingClientRect().height));
  expect(heights).toHaveLength(2);
  for (const height of heights) expect(height).toBeLessThan(600);
  const beside = await ann.page.$eval(".scroller", (scroller) => scroller.scrollWidth - scroller.clientWidth);
  expect(beside).toBe(0);
});

test("letters that turn the direction turn nothing but the words that carry them", async () => {
  const { ann, bob } = club;
  const words = ["a plain one", "\u202Ea turned one", "\u2067an isolated one", "\u200Fone with a mark"];
  for (const text of words) await bob.say(text);
  await ann.sees(words[3] ?? "");
  const seen = await ann.page.$$eval(".row[data-seq]", (rows) => rows.slice(-4).map((row) => {
    const time = row.querySelector("time")?.firstChild;
    const bubble = row.querySelector(".bubble")?.getBoundingClientRect();
    const meta = row.querySelector(".meta")?.getBoundingClientRect();
    if (!time || !bubble || !meta) return undefined;
    const letters = Array.from({ length: time.textContent?.length ?? 0 }, (_, i) => {
      const range = document.createRange();
      range.setStart(time, i);
      range.setEnd(time, i + 1);
      return range.getBoundingClientRect().left;
    });
    return { side: Math.round(bubble.right - meta.right), inOrder: letters.every((left, i) => i === 0 || left > (letters[i - 1] ?? 0)) };
  }));
  expect(seen).toHaveLength(4);
  for (const row of seen) expect(row).toEqual({ side: seen[0]?.side, inOrder: true });
});

test("a name that is written from right to left stands before what is said, numbers too", async () => {
  const { ann, browser } = club;
  const omer = await Person.signUp(browser, server.http, "עומר");
  await omer.join(club.link);
  await omer.say("123");
  await ann.page.goto(club.link);
  await ann.sees("123");
  const preview = ann.page.locator('.groups a[aria-current] .preview:has-text("עומר"):has-text("123")');
  const [name = 0, words = 0] = await preview.evaluate((line) => [...line.children].map((one) => one.getBoundingClientRect().left));
  expect(name).toBeLessThan(words);
  await omer.context.close();
});

test("messages that stand close: thirty on a screen, kept by this browser", async () => {
  const { ann } = club;
  await toNewest(ann);
  await say(...several("a short one", 60));
  await ann.sees("a short one 60");
  const roomy = await wholeRows(ann);
  await ann.actOnGroup("Compact messages");
  await eventually("they stand close", async () => (await wholeRows(ann)) >= 28);
  await eventually("the newest is in view", () => sits(ann, "a short one 60"), 5_000);
  await ann.page.reload();
  await ann.sees("a short one 60");
  await eventually("they still stand close", async () => (await wholeRows(ann)) >= 28);
  await ann.actOnGroup("Roomy messages");
  await eventually("they stand apart", async () => (await wholeRows(ann)) <= roomy);
});

test("a pause stands still where it is, counts what comes, and one press leads to the newest", async () => {
  const { ann } = club;
  await toNewest(ann);
  let told = 0;
  const talk = setInterval(() => group.send({ text: `fast ${++told}` }), 50);
  await ann.page.click(".pause");
  const row = (await ann.shown()).at(-3)?.text ?? "";
  const stands = await ann.row(row).boundingBox();
  const more = async () => Number(/^(\d+) more$/.exec((await ann.page.textContent(".jump .badge")) ?? "")?.[1]);
  await eventually("five have come", async () => (await more()) >= 5);
  const first = await more();
  await eventually("twenty more have come", async () => (await more()) >= first + 20);
  expect(await ann.row(row).boundingBox()).toEqual(stands);
  clearInterval(talk);
  await eventually("all is written", async () => group.outbox.items.length === 0);
  await ann.page.click(".jump");
  await ann.sees(`fast ${told}`);
  expect(await sits(ann, `fast ${told}`)).toBe(true);
  await say("and after it");
  await ann.sees("and after it");
  expect(await sits(ann, "and after it")).toBe(true);
});

test("where only a few write, words are larger, and it is said why one cannot write", async () => {
  const { ann } = club;
  const sizeHere = () => ann.page.$eval(".rows", (rows) => parseFloat(getComputedStyle(rows).fontSize));
  const usual = await sizeHere();
  await ann.page.goto(`${server.http}/#/g/1`);
  await ann.page.waitForSelector(".why-read:visible");
  expect(await ann.page.isVisible(".composer")).toBe(false);
  expect(await sizeHere()).toBeGreaterThan(usual);
});

test("nothing went wrong in the pages", () => {
  expect([...club.ann.errors, ...club.bob.errors]).toEqual([]);
});
