// Emoji: found by name or by arrow, written into a message, given as a reaction.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, INPUT, meet } from "./club";
import { Person } from "./person";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let asked: string[] = [];

beforeAll(async () => {
  ({ browser, ann, bob } = await meet(server));
  ann.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const FIND = 'dialog input[type="search"]';
const open = () => ann.page.click('button[aria-label="Emoji"]');

test("an emoji that is found by its name stands where one was writing, and comes to the other", async () => {
  await ann.page.fill(INPUT, "see you");
  await ann.page.$eval(INPUT, (input: HTMLTextAreaElement) => input.setSelectionRange(3, 3));
  expect(asked.filter((path) => path.includes("emoji"))).toEqual([]);
  await open();
  await ann.page.fill(FIND, "red heart");
  await ann.page.press(FIND, "Enter");
  await ann.page.waitForSelector("dialog", { state: "detached" });
  expect(await ann.page.inputValue(INPUT)).toBe("see❤️ you");
  expect(asked.some((path) => /\/emoji_en-/.test(path))).toBe(true);
  expect(asked.filter((path) => path.includes("emoji_zh"))).toEqual([]);
  await ann.page.press(INPUT, "Enter");
  await bob.sees("see❤️ you");
});

test("the one chosen last stands first, and arrows lead to the others", async () => {
  await open();
  await ann.page.waitForSelector('dialog section[aria-label="Chosen last"] button:text-is("❤️")');
  await ann.page.focus(FIND);
  await ann.page.keyboard.press("ArrowDown");
  const focused = () => ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  expect(await focused()).toBe("red heart");
  await ann.page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("grinning face");
  await ann.page.keyboard.press("ArrowRight");
  await ann.page.keyboard.press("ArrowUp");
  await ann.page.keyboard.press("ArrowUp");
  expect(await ann.page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("search");
  await ann.page.keyboard.press("Escape");
  await ann.page.waitForSelector("dialog", { state: "detached" });
  expect(await ann.page.inputValue(INPUT)).toBe("");
});

test("a tone of skin is kept", async () => {
  await open();
  await ann.page.click('[role="radio"][aria-label="Medium dark"]');
  await ann.page.keyboard.press("Escape");
  await open();
  await ann.page.fill(FIND, "waving hand");
  await ann.page.click('dialog .emoji button:text-is("👋🏾")');
  expect(await ann.page.inputValue(INPUT)).toBe("👋🏾");
  await ann.page.fill(INPUT, "");
});

test("any emoji can be a reaction, and is seen by the other", async () => {
  await bob.say("we have moved");
  await ann.sees("we have moved");
  await ann.act("we have moved", "React with another emoji");
  await ann.page.fill(FIND, "house with garden");
  await ann.page.press(FIND, "Enter");
  await bob.seesOn("we have moved", '.reaction[data-emoji="🏡"]');
  // As the one in the menu, whatever the letters say.
  await ann.act("we have moved", "React with another emoji");
  await ann.page.fill(FIND, "thumbs up");
  await ann.page.click('dialog .emoji button[aria-label="thumbs up"]');
  await bob.seesOn("we have moved", '.reaction[data-emoji="👍🏾"]');
});

test("who signs out leaves nothing of it", async () => {
  expect(await ann.page.evaluate(() => localStorage.getItem("stentor.emoji"))).toContain("🏡");
  await ann.page.click('button:text-is("Sign out")');
  await ann.page.waitForSelector("#password");
  expect(await ann.page.evaluate(() => localStorage.getItem("stentor.emoji"))).toBeNull();
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
