// How what people write looks to others, and editing what one wrote last.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, INPUT, meet } from "./club";
import { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  ({ browser, ann, bob } = await meet(server));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const last = (person: Person) => person.page.locator(".row[data-seq] .text").last();

test("styles are seen by the other, as nodes and not as markup", async () => {
  await ann.say("**bold** *so* ~~gone~~ `<b>x</b>` <i>i</i> **https://example.org/a_b**");
  await bob.sees("bold so gone <b>x</b> <i>i</i> https://example.org/a_b");
  const text = last(bob);
  expect(await text.locator("strong").allTextContents()).toEqual(["bold", "https://example.org/a_b"]);
  expect(await text.locator("strong a").getAttribute("href")).toBe("https://example.org/a_b");
  expect(await text.locator(":scope > em, s, code").allTextContents()).toEqual(["so", "gone", "<b>x</b>"]);
  expect(await text.locator("b, i").count()).toBe(0);
});

test("a quote and a block of code stand by themselves", async () => {
  const text = "> to be\n> or not\nsays he:\n```\nif (a || b)\n  *c++;\n```";
  await ann.page.fill(INPUT, text);
  await ann.page.press(INPUT, "Enter");
  await bob.page.waitForSelector(".row[data-seq] pre");
  expect(await last(bob).locator("blockquote").textContent()).toBe("to be\nor not");
  expect(await last(bob).locator("pre code").textContent()).toBe("if (a || b)\n  *c++;");
  // What is edited is what was written.
  await ann.settled();
  await ann.page.press(INPUT, "ArrowUp");
  expect(await ann.page.inputValue(INPUT)).toBe(text);
  await ann.page.press(INPUT, "Escape");
});

test("a spoiler is seen by nobody before they press it, by key as well, nor in the list of groups or in a quote", async () => {
  await ann.say("it was ||the **butler** of https://example.org|| again");
  await bob.page.waitForSelector(".row[data-seq] .spoiler");
  const spoiler = last(bob).locator(".spoiler");
  expect(await bob.page.locator('[role="button"][aria-label="Hidden. Press to show."]').count()).toBe(1);
  expect(await spoiler.locator("> span").evaluate((node: HTMLElement) => [node.inert, getComputedStyle(node).opacity])).toEqual([true, "0"]);
  await eventually("the list shows it", async () => (await bob.page.textContent(".groups .preview"))?.includes("it was ▒▒▒") ?? false);
  expect(await bob.page.textContent(".groups")).not.toContain("butler");
  await spoiler.focus();
  await bob.page.keyboard.press("Enter");
  expect(await spoiler.locator("> span").evaluate((node: HTMLElement) => [node.inert, getComputedStyle(node).opacity])).toEqual([false, "1"]);
  // It stays shown when its row is drawn again.
  const row = ann.page.locator(".row[data-seq]").last();
  await row.hover();
  await row.locator(".more").click();
  await ann.page.click('.menu [aria-label="React with 👍"]');
  await bob.page.waitForSelector(".row[data-seq]:has(.spoiler) .reaction");
  expect(await last(bob).locator(".spoiler > span").evaluate((node: HTMLElement) => node.inert)).toBe(false);
  // For Ann it is a press with the pointer.
  await last(ann).locator(".spoiler").click();
  expect(await last(ann).locator(".spoiler > span").evaluate((node: HTMLElement) => node.inert)).toBe(false);
});

test("the up-arrow in an empty composer edits what one wrote last, in one with words it does not", async () => {
  await ann.say("my last wrods");
  await bob.say("his words");
  await ann.sees("his words");
  await ann.settled();
  await ann.page.press(INPUT, "ArrowUp");
  expect(await ann.page.inputValue(INPUT)).toBe("my last wrods");
  await ann.page.waitForSelector('.about-entry:visible:has-text("Editing")');
  await ann.page.fill(INPUT, "my last words");
  await ann.page.press(INPUT, "Enter");
  await bob.sees("my last words");
  await ann.page.fill(INPUT, "something");
  await ann.page.press(INPUT, "ArrowUp");
  expect(await ann.page.inputValue(INPUT)).toBe("something");
  await ann.page.fill(INPUT, "");
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
