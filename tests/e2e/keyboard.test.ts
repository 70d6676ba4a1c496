// The messages of a group by keyboard, and what somebody hears who does not see them.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, INPUT, meet } from "./club";
import type { Person } from "./person";
import { eventually } from "./server";

const WORDS = ["one", "two", "three https://example.org/", "four"];
const HEARD_EVERY_MS = 4_000;
const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  ({ browser, ann, bob } = await meet(server));
  for (const words of WORDS) await bob.say(words);
  await ann.sees("four");
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const focused = () => ann.page.evaluate(() => {
  const at = document.activeElement;
  return { row: at?.matches(".row") ? (at.querySelector(".text")?.textContent ?? "") : "", inList: at?.closest(".scroller") !== null, tag: at?.tagName ?? "" };
});
const press = (key: string) => ann.page.keyboard.press(key);

test("Tab goes into the messages once, and out of them with the next", async () => {
  await ann.page.focus(".tools .more");
  await press("Tab");
  await ann.page.waitForSelector(".row:focus");
  expect(await focused()).toEqual({ row: "four", inList: true, tag: "ARTICLE" });
  await press("Tab");
  expect((await focused()).inList).toBe(false);
  await press("Shift+Tab");
  expect((await focused()).row).toBe("four");
  await press("Shift+Tab");
  expect((await focused()).inList).toBe(false);
});

test("arrows lead from message to message and through what is in one", async () => {
  await press("Tab");
  await press("ArrowUp");
  expect((await focused()).row).toBe(WORDS[2]);
  await press("ArrowRight");
  expect((await focused()).tag).toBe("A");
  await press("Escape");
  expect((await focused()).row).toBe(WORDS[2]);
  await press("ArrowUp");
  await press("ArrowUp");
  expect((await focused()).row).toBe("one");
});

test("Enter opens what can be done with a message, and Escape leads back to it", async () => {
  await press("Enter");
  await ann.page.waitForSelector('.menu [role="menuitem"]:focus');
  expect(await ann.page.textContent(".about-menu")).toMatch(/#\d+/);
  await press("Escape");
  await ann.page.waitForSelector(".menu", { state: "detached" });
  expect((await focused()).inList).toBe(true);
  await press("ArrowDown");
  expect((await focused()).row).toBe("two");
});

test("who is at a message stays there when it is drawn again", async () => {
  await bob.act("two", "React with 🎉");
  await ann.seesOn("two", ".reaction");
  expect((await focused()).row).toBe("two");
});

test("what somebody says is heard, and of more than can be listened to only how much it is", async () => {
  const heard = () => ann.page.locator(".unseen").textContent();
  await eventually("what was said before is told", async () => /four$|new messages$/.test((await heard()) ?? ""));
  await bob.say("hear this");
  await eventually("it is heard", async () => (await heard()) === "Bob: hear this");
  await ann.page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => said.push(document.querySelector(".unseen")?.textContent ?? "")).observe(document.querySelector(".unseen")!, { childList: true });
  });
  const beganMs = Date.now();
  for (let i = 1; i <= 40; ++i) await bob.say(`fast ${i}`);
  await bob.settled();
  await ann.sees("fast 40");
  const all = () => ann.page.evaluate(() => (window as unknown as { said: string[] }).said);
  const counted = async () => (await all()).reduce((sum, words) => sum + (Number(/^(\d+) new messages$/.exec(words)?.[1] ?? 0) || words.split(". ").length), 0);
  await eventually("each was heard of", async () => (await counted()) === 40);
  expect((await all()).length).toBeLessThanOrEqual((Date.now() - beganMs) / HEARD_EVERY_MS + 1);
  await ann.say("my own");
  await ann.settled();
  await ann.page.fill(INPUT, "");
  expect(await heard()).not.toContain("my own");
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
