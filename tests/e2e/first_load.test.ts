// What the browser loads before the first message: one language, little, and what comes later says so when it
// does not.

import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { launch, Person } from "./person";
import { Server } from "./server";

const BUDGET_BYTES = 80 * 1024;

interface Loaded {
  file: string;
  bytes: number;
  coding: string;
}

let server: Server;
let browser: Browser;
let ann: Person;

const violations: string[] = [];

beforeAll(async () => {
  server = new Server();
  browser = await launch();
  await server.start();
  ann = await Person.signUp(browser, server.http, "Ann");
  await ann.page.exposeFunction("violated", (what: string) => violations.push(what));
  await ann.page.addInitScript(() => {
    const { violated } = globalThis as unknown as { violated(what: string): void };
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => violated(`${violatedDirective} ${blockedURI} ${sample}`));
  });
  await ann.create("Tea");
  await ann.say("hello");
  await ann.settled();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test.each([["en-GB", "texts_en"], ["zh-CN", "texts_zh"]])("the first load in %s has one language, and at most 80 KiB in all", async (locale, texts) => {
  const context = await browser.newContext({ locale, serviceWorkers: "block" });
  const page = await context.newPage();
  const loaded: Loaded[] = [];
  page.on("response", (response) => void response.request().sizes().then(({ responseBodySize }) =>
    loaded.push({ file: new URL(response.url()).pathname, bytes: responseBodySize, coding: response.headers()["content-encoding"] ?? "" })));
  await page.goto(server.http, { waitUntil: "networkidle" });
  await page.waitForSelector("#password");
  const files = loaded.map(({ file }) => file);
  expect(files.filter((file) => /\/(?:\w+_)?texts_\w\w-/.test(file)).map((file) => /texts_\w\w/.exec(file)?.[0])).toEqual([texts]);
  expect(loaded.filter(({ coding }) => coding !== "br")).toEqual([]);
  const bytes = loaded.reduce((sum, one) => sum + one.bytes, 0);
  expect(bytes).toBeGreaterThan(20 * 1024);
  expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
  await context.close();
});

test("a part that cannot be loaded says so, and comes once it can", async () => {
  const { page } = ann;
  await page.route("**/assets/account_dialog-*", (route) => route.abort());
  await page.click(".me");
  await page.waitForSelector('dialog .error:has-text("could not be loaded")');
  await ann.closeDialog();
  await page.unroute("**/assets/account_dialog-*");
  await page.click(".me");
  await page.waitForSelector("dialog .sessions li[data-session]");
  await ann.closeDialog();
});

test("a part that is slow is announced, and does not come to somebody who has closed the announcement", async () => {
  const { page } = ann;
  const held = new EventEmitter();
  await page.route("**/assets/search-*", async (route) => {
    await once(held, "go");
    await route.continue();
  });
  await page.click('.tools [aria-label="Search"]');
  await page.waitForSelector('dialog[aria-label="Loading…"]');
  await ann.closeDialog();
  held.emit("go");
  await page.click('.tools [aria-label="Search"]');
  await page.waitForSelector('dialog[aria-label="Search"]');
  expect(await page.locator("dialog").count()).toBe(1);
  await ann.closeDialog();
});

test("nothing in the page makes markup or scripts of text, and nothing could", async () => {
  const { page } = ann;
  await page.reload();
  await ann.sees("hello");
  for (const what of ["Members", "Invite people", "Settings", "Leave group"]) {
    await ann.actOnGroup(what);
    await page.waitForSelector("dialog");
    await ann.closeDialog();
  }
  await ann.act("hello", "Reply");
  for (const control of [".me", '[aria-label="New group"]', '[aria-label="Join a group"]', '.tools [aria-label="Search"]']) {
    await page.click(control);
    await page.waitForSelector("dialog");
    await ann.closeDialog();
  }
  expect(violations).toEqual([]);
  const refused = await page.evaluate(() => {
    try {
      document.createElement("p").innerHTML = "<b>x</b>";
      return "";
    } catch (error) {
      return String(error);
    }
  });
  expect(refused).toContain("TrustedHTML");
});
