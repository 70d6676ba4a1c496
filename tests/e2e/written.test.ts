// What somebody writes: it goes out when they mean it, and is not lost when a page, an edit or a session ends.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, INPUT, meet } from "./club";
import { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

beforeAll(async () => {
  ({ browser, ann, bob, link } = await meet(server, { leaves: true }));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const online = (person: Person) => person.page.waitForSelector('[data-connection="online"]', { timeout: 20_000 });
const open = (person: Person) => person.page.waitForSelector(".row, .rule", { state: "attached" });

test.each([["Safari's Enter that ends a composition", { keyCode: 229 }], ["an Enter within a composition", { isComposing: true }]])("%s sends nothing", async (_, how) => {
  await ann.page.fill(INPUT, "にほん");
  const passed = await ann.page.$eval(INPUT, (input, init) => input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init })), how);
  expect(passed).toBe(true);
  expect([await ann.page.inputValue(INPUT), await ann.pending()]).toEqual(["にほん", []]);
  await ann.page.fill(INPUT, "");
});

test("@ opens the list of members right behind Chinese letters, also as a wide one", async () => {
  for (const text of ["你好@bo", "你好＠bo"]) {
    await ann.page.fill(INPUT, "");
    await ann.page.locator(INPUT).pressSequentially(text);
    await ann.page.click('.mention-box [role="option"]:has-text("Bob")');
    expect(await ann.page.inputValue(INPUT)).toBe("你好@Bob ");
    await ann.page.fill(INPUT, "");
  }
});

test("a draft with its answer and its mention outlives a reload, and goes out as that", async () => {
  await bob.say("who comes?");
  await ann.sees("who comes?");
  await ann.act("who comes?", "Reply");
  await ann.page.locator(INPUT).pressSequentially("@bo");
  await ann.page.click('.mention-box [role="option"]:has-text("Bob")');
  await ann.page.locator(INPUT).pressSequentially("I do");
  await ann.page.reload();
  await online(ann);
  await ann.page.waitForSelector('.about-entry:visible:has-text("who comes?")');
  expect(await ann.page.inputValue(INPUT)).toBe("@Bob I do");
  await ann.page.press(INPUT, "Enter");
  await bob.page.waitForSelector('.row.called:has(.quote:has-text("who comes?")):has-text("I do")');
  await ann.page.reload();
  await online(ann);
  await open(ann);
  expect(await ann.page.inputValue(INPUT)).toBe("");
});

test("what waits to be sent outlives a reload, and is said once", async () => {
  await ann.goAway();
  await ann.say("from the tunnel");
  await ann.page.waitForSelector('.row.pending:has-text("from the tunnel")');
  await ann.page.reload();
  await ann.page.waitForSelector('.row.pending:has-text("from the tunnel")');
  await ann.comeBack();
  await bob.sees("from the tunnel");
  await ann.settled();
  expect((await bob.shown()).filter(({ text }) => text === "from the tunnel")).toHaveLength(1);
  expect(await ann.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("stentor.unsent")))).toEqual([]);
});

test("the words of an edit that was refused are there again, and can be sent", async () => {
  await ann.say("first words");
  await ann.settled();
  const other = await Person.signIn(browser, server.http, "Ann");
  await other.page.goto(link);
  await other.sees("first words");
  await ann.act("first words", "Edit");
  await ann.page.fill(INPUT, "words of the first device");
  await other.act("first words", "Edit");
  await other.page.fill(INPUT, "words of the other device");
  // In the same moment: Ann submits the revision that Ann saw.
  await ann.goAway();
  await other.page.press(INPUT, "Enter");
  await bob.sees("words of the other device");
  await ann.page.press(INPUT, "Enter");
  await ann.page.waitForSelector("dialog .error");
  await ann.closeDialog();
  expect(await ann.page.inputValue(INPUT)).toBe("words of the first device");
  await ann.comeBack();
  await ann.sees("words of the other device");
  await ann.page.press(INPUT, "Enter");
  await ann.page.waitForSelector("dialog .error");
  await ann.closeDialog();
  await ann.page.press(INPUT, "Enter");
  await bob.sees("words of the first device");
  await other.context.close();
});

test("a session that the server ends leaves what was being written", async () => {
  await bob.page.fill(INPUT, "half a thought");
  await bob.page.evaluate(() => {
    const account = JSON.parse(localStorage.getItem("stentor.account") ?? "{}") as { token: string };
    localStorage.setItem("stentor.account", JSON.stringify({ ...account, token: "x".repeat(80) }));
  });
  await bob.page.reload();
  await bob.page.waitForSelector("#password");
  expect(await bob.page.textContent(".error")).toContain("signed out");
  await bob.page.fill("#name", "Bob");
  await bob.page.fill("#password", "correct horse battery");
  await bob.page.click('button[type="submit"]');
  await online(bob);
  expect(await bob.page.inputValue(INPUT)).toBe("half a thought");
  await bob.page.fill(INPUT, "");
});

test("who is writing stops with the message", async () => {
  await bob.page.locator(INPUT).pressSequentially("so");
  await bob.page.waitForTimeout(300);
  await bob.page.press(INPUT, "Enter");
  await ann.sees("so");
  const until = Date.now() + 2_500;
  while (Date.now() < until) {
    expect(await ann.page.textContent(".typing")).toBe("");
    await ann.page.waitForTimeout(50);
  }
});

test("marks that are stacked upon letters do not cover the rows above", async () => {
  await bob.say("a quiet row above");
  await bob.say(`z${"\u0301\u0300\u0302\u030c\u0306".repeat(24)}algo`);
  await eventually("it is there", async () => (await ann.page.$$(".row .text:has-text(\"algo\")")).length > 0);
  const above = ann.row("a quiet row above").locator(".bubble");
  const picture = async () => (await above.screenshot()).toString("base64");
  const beside = await picture();
  await ann.page.$$eval(".row .text", (all) => all.forEach((node) => node.textContent?.includes("algo") && ((node as HTMLElement).style.visibility = "hidden")));
  expect(await picture()).toBe(beside);
});

test("over plain http, where the page has no clipboard, copying works all the same", async () => {
  const context = await browser.newContext({ locale: "en-GB", storageState: await bob.context.storageState() });
  await context.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForSelector('.row:has-text("a quiet row above")');
  await page.click(".tools .more");
  await page.click('.menu [role="menuitem"]:text-is("Invite people")');
  await page.click('dialog button:text-is("Copy link")');
  await page.waitForSelector('dialog button:text-is("Copied")');
  await page.keyboard.press("Escape");
  await page.focus(INPUT);
  await page.keyboard.press("Control+V");
  expect(await page.inputValue(INPUT)).toBe(link);
  await context.close();
});

test("nothing went wrong in the pages", () => {
  // A token that is none is refused.
  expect([...ann.errors, ...bob.errors].filter((error) => !error.includes("401"))).toEqual([]);
});
