// Several tabs of one person: one socket for all, which another tab takes over when its own is gone.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anotherTab, clubServer, INPUT, meet, socketsOf } from "./club";
import { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

beforeAll(async () => {
  ({ browser, ann, bob, link } = await meet(server));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const sockets = () => socketsOf(server);
const tab = (person: Person) => anotherTab(person, link, 10_000);
const sees = (page: Page, text: string, withinMs = 10_000) => page.waitForSelector(`.row[data-seq]:has-text(${JSON.stringify(text)})`, { timeout: withinMs });
const says = async (page: Page, text: string) => {
  await page.fill(INPUT, text);
  await page.press(INPUT, "Enter");
};

test("two tabs have one socket, and both are told and heard", async () => {
  const before = await sockets();
  const other = await tab(ann);
  await other.waitForTimeout(500);
  expect(await sockets()).toBe(before);
  await bob.say("to both");
  await sees(other, "to both");
  await ann.sees("to both");
  await says(other, "from the other tab");
  await bob.sees("from the other tab");
  await ann.sees("from the other tab", 2_000);
  await ann.say("from the first");
  await sees(other, "from the first", 2_000);
  await other.close();
});

test.each(["closed", "crashed", "frozen"])("when the tab with the socket is %s another goes on within a second", async (how) => {
  const eve = await Person.signUp(browser, server.http, `Eve ${how}`);
  await eve.join(link);
  const before = await sockets();
  const other = await tab(eve);
  await sees(other, "from the first");
  if (how === "closed") await eve.page.close();
  else if (how === "crashed") await Promise.all([eve.page.waitForEvent("crash"), eve.page.goto("chrome://crash").catch(() => {})]);
  else await eve.page.evaluate(() => document.dispatchEvent(new Event("freeze")));
  const atMs = Date.now();
  const words = `said to whoever is left: ${how}`;
  await bob.say(words);
  await sees(other, words, 5_000);
  const tookMs = Date.now() - atMs;
  process.stdout.write(`${how}: ${tookMs} ms\n`);
  await says(other, `answered: ${how}`);
  await bob.sees(`answered: ${how}`, 5_000);
  expect(await sockets()).toBe(before);
  if (how === "frozen") {
    await eve.page.evaluate(() => document.dispatchEvent(new Event("resume")));
    await eve.sees(words, 5_000);
    expect(await sockets()).toBe(before);
  }
  // Two shared cores run the server, the browser and more: a second for the page, the rest for them.
  expect(tookMs).toBeLessThan(3_000);
  await eve.context.close();
});

test("after a new password all tabs go on, over one socket", async () => {
  const eve = await Person.signUp(browser, server.http, "Eva");
  await eve.join(link);
  const before = await sockets();
  const other = await tab(eve);
  await other.click(".me");
  await other.click('dialog button:text-is("Change password")');
  await other.fill("#old-password", "correct horse battery");
  await other.fill("#new-password", "incorrect horse battery");
  await other.click('dialog button[type="submit"]');
  await other.waitForSelector('dialog:has-text("Your password was changed")');
  await bob.say("after the change");
  await eve.sees("after the change", 10_000);
  await sees(other, "after the change");
  await eventually("one socket", async () => (await sockets()) === before, 5_000);
  await eve.context.close();
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
