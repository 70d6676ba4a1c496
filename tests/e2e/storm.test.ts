// Storm levels as people see them: a word for each, who has to wait and until when, and that what waits
// goes out by itself.

import { execFileSync } from "node:child_process";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, Person } from "./person";
import { ADMIN_PAGE, eventually, Server } from "./server";

const server = new Server(["--admin-web", ADMIN_PAGE, "--sends-per-second", "100", "--sends-burst", "100", "--set", "storm.entries_per_second=1"]);
let browser: Browser;
let ann: Person;
let bob: Person;
let cai: Person;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  ann = await Person.signUp(browser, server.http, "Ann");
  bob = await Person.signUp(browser, server.http, "Bob");
  cai = await Person.signUp(browser, server.http, "Cai", { locale: "zh-CN" });
  const link = await ann.create("Rush");
  await bob.join(link);
  await cai.join(link);
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const stentor = (...args: string[]) => execFileSync(process.env["STENTOR_SERVER"] ?? "", [...args, "--data", server.data], { encoding: "utf8" }).trim();

// The level rides on what is pushed, so somebody has to speak; the group's owner always may.
async function pin(level: string): Promise<void> {
  stentor("storm", level);
  await eventually("the server says so", async () => stentor("storm") === (level === "auto" ? "level 0" : `level ${level}, pinned`));
  await ann.say(`level ${level}`);
  await ann.sees(`level ${level}`);
}

const banner = (person: Person) => person.page.locator(".storm");
const note = (person: Person) => person.page.locator(".composer .note");

test("each level has a word for it in both languages, and none is shown when all is calm", async () => {
  expect(await banner(bob).isVisible()).toBe(false);
  const said: [string, string, string][] = [
    ["1", "It is busy here", "现在比较繁忙"],
    ["2", "It is very busy here", "现在非常繁忙"],
    ["3", "There is a great rush", "消息高峰"],
  ];
  for (const [level, english, chinese] of said) {
    await pin(level);
    await eventually(`Bob sees level ${level}`, async () => (await banner(bob).textContent())?.includes(english));
    expect(await banner(bob).isVisible()).toBe(true);
    expect(await banner(bob).getAttribute("data-level")).toBe(level);
    await eventually(`Cai sees level ${level}`, async () => (await banner(cai).textContent())?.includes(chinese));
  }
}, 60_000);

test("at level 3 a member's message waits, says so, and goes out by itself when there is room", async () => {
  await bob.say("I can wait");
  await eventually("it says when", async () => (await bob.page.locator(".row.pending .meta").allTextContents()).some((words) => words.includes("Goes out in")));
  await eventually("the composer says why", async () => /There is a rush: your message goes out by itself in \d+ s/.test((await note(bob).textContent()) ?? ""));
  expect((await ann.shown()).some(({ text }) => text === "I can wait")).toBe(false);
  await pin("auto");
  await ann.sees("I can wait");
  await bob.settled();
  expect(await note(bob).textContent()).toBe("");
  expect(await banner(bob).isVisible()).toBe(false);
  expect((await bob.shown()).map(({ seq, text }) => `${seq} ${text}`).slice(-2)).toEqual(["4 level auto", "5 I can wait"]);
}, 60_000);

test("at level 2 members of a busy group take turns, and the composer says when it is theirs", async () => {
  await pin("2");
  for (let i = 1; i <= 40; ++i) await ann.say(`crowd ${i}`);
  await ann.settled();
  await bob.say("first");
  await bob.say("second");
  await eventually("it counts", async () => /Slow mode: your next message goes out in \d+ s/.test((await note(bob).textContent()) ?? ""));
  await ann.sees("second", 90_000);
  await bob.settled();
  expect((await ann.shown()).slice(-2).map(({ text }) => text)).toEqual(["first", "second"]);
  await pin("auto");
}, 180_000);

test("the operator's page draws the level", async () => {
  stentor("storm", "2");
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  await page.goto(server.admin);
  await page.fill("#key", stentor("token", "--admin"));
  await page.click('button[type="submit"]');
  const level = page.locator('[data-chart="storm"] .value');
  await eventually("it says 2", async () => (await level.textContent()) === "2");
  stentor("storm", "auto");
  await eventually("it says 0", async () => (await level.textContent()) === "0");
});

test("a disk that is slow raises the level by itself, and a quiet time lowers it", async () => {
  const slow = new Server(["--set", "store.sync_delay=500ms", "--set", "storm.commit=100ms", "--set", "storm.quiet=1s", "--sends-burst", "100"]);
  await slow.start();
  try {
    const dora = await Person.signUp(browser, slow.http, "Dora");
    await dora.create("Slow");
    const level = () => execFileSync(process.env["STENTOR_SERVER"] ?? "", ["storm", "--data", slow.data], { encoding: "utf8" }).trim();
    await eventually("it was quiet before", async () => level() === "level 0");
    for (let i = 1; i <= 8; ++i) {
      await dora.say(`slow ${i}`);
      await dora.settled();
    }
    await eventually("the page says so", async () => (await banner(dora).textContent())?.includes("busy here"));
    await eventually("it is calm again", async () => level() === "level 0");
    expect(slow.log).toMatch(/storm level from=0 to=1 pinned=0 .*commit_ms=[1-9]/);
    expect(dora.errors).toEqual([]);
    await dora.context.close();
  } finally {
    await slow.stop();
  }
}, 90_000);

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors, ...cai.errors]).toEqual([]);
});
