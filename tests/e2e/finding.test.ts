// Finding: a group by its name, a place in a group by day, number or link; bringing a message elsewhere.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, INPUT, meet } from "./club";
import { sayMany } from "./many";
import { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;
let gid: string;

beforeAll(async () => {
  ({ browser, ann, bob, link } = await meet(server));
  gid = /\d+$/.exec(link)?.[0] ?? "";
  await sayMany(server, "Ann", gid, Array.from({ length: 90 }, (_, i) => `line ${i + 1}`));
  await ann.sees("line 90");
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const FIND = '.sidebar input[type="search"]';
const pointed = (person: Person, text: string) => person.page.waitForSelector(`.row.pointed .text:text-is("${text}")`);
const goTo = async (person: Person) => {
  await person.actOnGroup("Go to…");
  await person.page.waitForSelector("dialog #go-number");
};

test("the list of groups is narrowed by letters of a name, and Enter opens the first", async () => {
  for (const name of ["Tea house", "TEA leaves", "Chess"]) await ann.create(name);
  await ann.page.fill(FIND, "tea");
  await eventually("two are left", async () => (await ann.page.locator(".groups li").count()) === 2);
  await ann.page.press(FIND, "ArrowDown");
  expect(await ann.page.evaluate(() => document.activeElement?.textContent)).toContain("leaves");
  await ann.page.keyboard.press("ArrowDown");
  await ann.page.keyboard.press("Enter");
  await ann.page.waitForSelector('.conversation h1:text-is("Tea house")');
  await ann.page.fill(FIND, "nobody's");
  await ann.page.waitForSelector('.sidebar .none:visible');
  await ann.page.press(FIND, "Escape");
  await eventually("all are back", async () => (await ann.page.locator(".groups li").count()) >= 4);
  await ann.page.fill(FIND, "book");
  await ann.page.press(FIND, "Enter");
  await ann.page.waitForSelector('.conversation h1:text-is("Book club")');
  await ann.page.fill(FIND, "");
});

test("a number, a day and the beginning lead to their message", async () => {
  await goTo(ann);
  await ann.page.fill("#go-number", "30");
  await ann.page.press("#go-number", "Enter");
  await pointed(ann, "line 30");
  await goTo(ann);
  await ann.page.fill("#go-number", "100000");
  await ann.page.press("#go-number", "Enter");
  await ann.page.waitForSelector('dialog .error:has-text("from number 1 to 90")');
  await ann.page.fill("#go-day", "2020-02-29");
  await ann.page.press("#go-day", "Enter");
  await pointed(ann, "line 1");
  await goTo(ann);
  await ann.page.click('dialog button:text-is("Beginning")');
  await pointed(ann, "line 1");
});

test("the first unread is one of the places to go to", async () => {
  await bob.sees("line 90");
  await goTo(bob);
  expect(await bob.page.locator('dialog button:text-is("First unread")').count()).toBe(0);
  await bob.page.click('dialog button:text-is("Beginning")');
  await pointed(bob, "line 1");
  await sayMany(server, "Ann", gid, ["while Bob was up there 1", "while Bob was up there 2"]);
  await eventually("it is counted", async () => (await bob.page.textContent(".jump"))?.includes("2 more"));
  await goTo(bob);
  await bob.page.click('dialog button:text-is("First unread")');
  await pointed(bob, "while Bob was up there 1");
});

test("a link to a message leads there, again and again, also somebody who has to sign in first", async () => {
  await ann.page.goto(`${link}/40`);
  await pointed(ann, "line 40");
  expect(ann.page.url()).toBe(link);
  await ann.page.goto(`${link}/70`);
  await pointed(ann, "line 70");
  await ann.page.goto(`${link}/40`);
  await pointed(ann, "line 40");
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${link}/20`);
  await page.click(".switch button");
  await page.fill("#name", "Bob");
  await page.fill("#password", "correct horse battery");
  await page.click('button[type="submit"]');
  await page.waitForSelector('.row.pointed .text:text-is("line 20")');
  await context.close();
});

test("whoever is no member is told so, and stands at the message once they have joined", async () => {
  const cho = await Person.signUp(browser, server.http, "Cho");
  await cho.page.goto(`${link}/25`);
  await cho.page.waitForSelector('.card h2:has-text("a message in a group that you are not a member of")');
  await cho.page.click(".card .primary");
  await pointed(cho, "line 25");
  await cho.page.goto(`${link}/5000`);
  await cho.page.waitForSelector('dialog:has-text("No message in this group has this number.")');
  await cho.context.close();
});

test("a message's own link and text can be copied", async () => {
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ann.page.goto(`${link}/40`);
  await pointed(ann, "line 40");
  await ann.act("line 40", "Copy link to message");
  await eventually("it is copied", async () => (await ann.page.evaluate(() => navigator.clipboard.readText())) === `${link}/40`);
  await ann.act("line 40", "Copy text");
  await eventually("it is copied", async () => (await ann.page.evaluate(() => navigator.clipboard.readText())) === "line 40");
});

test("a message goes to another group: one's own as it is, another's as a quote under their name", async () => {
  await bob.say("dear **all**,\nread this");
  await ann.page.goto(`${link}/1`);
  await bob.page.waitForSelector('.row.mine .text:has-text("read this")');
  await ann.page.click(".jump");
  await ann.page.waitForSelector('.row.theirs .text:has-text("read this")');
  const row = ann.page.locator('.row.theirs:has-text("read this")');
  await row.hover();
  await row.locator(".more").click();
  await ann.page.click('.menu [role="menuitem"]:text-is("Forward…")');
  await ann.page.fill('dialog input[type="search"]', "chess");
  await ann.page.click('dialog .hit:has-text("Chess")');
  await ann.page.waitForSelector('.conversation h1:text-is("Chess")');
  await ann.settled();
  const text = ann.page.locator(".row.mine[data-seq] .text").last();
  expect(await text.locator("blockquote").textContent()).toBe("dear all,\nread this");
  expect(await text.textContent()).toContain("Bob:");
  await ann.page.goto(link);
  await ann.say("mine");
  await ann.settled();
  await ann.act("mine", "Forward…");
  await ann.page.click('dialog .hit:has-text("Chess")');
  await ann.page.waitForSelector('.conversation h1:text-is("Chess")');
  await ann.sees("mine");
});

test("a QR code shows the link that it stands below", async () => {
  await ann.page.goto(link);
  await ann.page.waitForSelector(INPUT);
  await ann.actOnGroup("Invite people");
  await ann.page.click('dialog button:text-is("Show QR code")');
  const code = ann.page.locator('dialog svg[role="img"]');
  await code.waitFor();
  const { size, dark } = await code.evaluate((svg) => ({
    size: Number(svg.getAttribute("viewBox")?.split(" ")[2]),
    dark: svg.querySelector("path")?.getAttribute("d")?.match(/M\d+ \d+/g)?.length ?? 0,
  }));
  // As many modules as a version has, with its border, and about half of them dark.
  expect((size - 8 - 17) % 4).toBe(0);
  expect(dark / (size - 8) ** 2).toBeGreaterThan(0.4);
  expect(dark / (size - 8) ** 2).toBeLessThan(0.6);
  await ann.closeDialog();
  expect(gid).not.toBe("");
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
