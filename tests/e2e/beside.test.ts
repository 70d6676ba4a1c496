// A wide screen has a column for what is shown of a group; elsewhere it stands over the page.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, meet } from "./club";
import { sayMany } from "./many";
import type { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

const WIDE = { width: 1920, height: 1000 };
const BESIDE = ".frame > dialog.beside";

beforeAll(async () => {
  ({ browser, ann, bob, link } = await meet(server, { viewport: WIDE }));
  await sayMany(server, "Bob", /\d+$/.exec(link)?.[0] ?? "", Array.from({ length: 60 }, (_, i) => `line ${i}`));
  await ann.sees("line 59");
});
afterAll(async () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
  await browser?.close();
  await server.stop();
});

const modal = () => ann.page.locator("dialog:modal").count();

test("members stand beside the talk, which goes on", async () => {
  await ann.actOnGroup("Members");
  await ann.page.waitForSelector(`${BESIDE} .people li:has-text("Bob")`);
  expect(await modal()).toBe(0);
  const [panel, talk] = await Promise.all([ann.page.locator(BESIDE).boundingBox(), ann.page.locator(".stage").boundingBox()]);
  expect(panel && talk && panel.x >= talk.x + talk.width - 1).toBe(true);
  expect((panel?.x ?? 0) + (panel?.width ?? 0)).toBe(WIDE.width);
  await ann.say("while they stand there");
  await bob.sees("while they stand there");
  await ann.sees("while they stand there");
});

test("search takes their place, leads to a message and stays; Escape closes it", async () => {
  await ann.page.click('.tools [aria-label="Search"]');
  await ann.page.waitForSelector(`${BESIDE} [role="search"]`);
  expect(await ann.page.locator(BESIDE).count()).toBe(1);
  await ann.page.fill(`${BESIDE} input[type="search"]`, "line");
  // The index is a second or two behind.
  await eventually("the index has them", async () => {
    await ann.page.press(`${BESIDE} input[type="search"]`, "Enter");
    await ann.page.waitForSelector(`${BESIDE} .hit:has-text("line 45")`, { timeout: 1_000 });
    return (await ann.page.locator(`${BESIDE} .hit`).count()) > 3;
  });
  await ann.page.click(`${BESIDE} .hit:has-text("line 45")`);
  await ann.page.waitForSelector('.row.pointed:has-text("line 45")');
  expect(await ann.page.locator(`${BESIDE} .hit`).count()).toBeGreaterThan(3);
  await ann.page.focus(`${BESIDE} .hit`);
  await ann.page.keyboard.press("Escape");
  await ann.page.waitForSelector(BESIDE, { state: "detached" });
});

test("settings are saved from there, and what asks for an answer stands over the page", async () => {
  await ann.actOnGroup("Settings");
  await ann.page.fill(`${BESIDE} #topic`, "chapter three");
  await ann.page.click(`${BESIDE} button[type="submit"]`);
  await ann.page.waitForSelector(BESIDE, { state: "detached" });
  await eventually("the topic is shown", async () => (await ann.page.textContent(".about"))?.includes("chapter three"));
  await ann.actOnGroup("Leave group");
  await ann.page.waitForSelector("dialog .danger");
  expect(await modal()).toBe(1);
  await ann.closeDialog();
});

test("it goes with its group, and comes over the page where the window gets narrow", async () => {
  await ann.actOnGroup("Members");
  await ann.page.waitForSelector(`${BESIDE} .people li`);
  await ann.page.evaluate(() => (location.hash = "#/"));
  await ann.page.waitForSelector(BESIDE, { state: "detached" });
  await ann.page.goto(link);
  await ann.actOnGroup("Members");
  await ann.page.waitForSelector(`${BESIDE} .people li`);
  await ann.page.setViewportSize({ width: 1200, height: 800 });
  await ann.page.waitForSelector('dialog:modal .people li:has-text("Bob")');
  await ann.closeDialog();
  await ann.actOnGroup("Members");
  await ann.page.waitForSelector("dialog:modal .people li");
  await ann.closeDialog();
});
