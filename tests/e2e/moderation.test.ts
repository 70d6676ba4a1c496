// People and what is done about them: cards, reports, taking back, the pinned message, roles at names.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, gather } from "./club";
import type { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let cho: Person;

beforeAll(async () => {
  ({ browser, ann, bob, cho } = await gather(server, "Ann", "Bob", "Cho"));
});

afterAll(async () => {
  for (const person of [ann, bob, cho]) expect(person.errors).toEqual([]);
  await browser?.close();
  await server.stop();
});

// Ann's, with Bob and Cho in it.
async function together(name: string): Promise<string> {
  const link = await ann.create(name);
  await bob.join(link);
  await cho.join(link);
  return link;
}

const texts = async (person: Person) => (await person.shown()).map(({ text }) => text);
const dialogButton = (person: Person, words: string) => person.page.click(`dialog button:text-is(${JSON.stringify(words)})`);

test("a press on a name, or the other button on a picture, shows who it is and what may be done", async () => {
  await together("Cards");
  await bob.say("hello there");
  await ann.sees("hello there");
  await ann.row("hello there").locator(".author [data-person]").click();
  await ann.page.waitForSelector('dialog[aria-label*="Bob"] .hint:has-text("Member since")');
  await dialogButton(ann, "Mute…");
  await ann.page.selectOption("#mute-for", "1");
  await ann.page.fill("#reason", "too loud");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector('dialog[aria-label*="Bob"] .hint:has-text("Muted until")');
  await bob.page.waitForSelector('.private-note:has-text("too loud")');
  await dialogButton(ann, "Lift the mute");
  await eventually("lifted", async () => !(await ann.page.textContent("dialog"))?.includes("Muted until"));
  await ann.closeDialog();
  await cho.sees("hello there");
  await cho.row("hello there").locator(".avatar").click({ button: "right" });
  await cho.page.waitForSelector('dialog[aria-label*="Bob"]');
  expect(await cho.page.textContent("dialog .acts")).not.toContain("Mute");
  await cho.closeDialog();
  // The other button on the words is about the message, and the keyboard gets to both.
  await cho.row("hello there").locator(".text").click({ button: "right" });
  await cho.page.click('.menu [role="menuitem"]:has-text("About")');
  await cho.page.waitForSelector('dialog[aria-label*="Bob"]');
  await cho.closeDialog();
});

test("all that somebody wrote in the last hour is taken back for everybody", async () => {
  await together("Taking back");
  for (const words of ["buy this", "and that", "and more"]) await bob.say(words);
  await ann.say("not me");
  await ann.sees("and more");
  await cho.sees("not me");
  await ann.row("buy this").locator(".author [data-person]").click();
  await dialogButton(ann, "Take back the messages of the last hour");
  await ann.page.fill("#reason", "spam");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector('dialog [role="status"]:has-text("3 messages were taken back.")');
  await ann.page.keyboard.press("Escape");
  await ann.closeDialog();
  await eventually("Cho sees none of it", async () => (await texts(cho)).every((text) => ["Message recalled", "not me"].includes(text)));
});

test("a report reaches those who moderate, who take the message down or dismiss it, and that is told", async () => {
  await together("Reports");
  await bob.say("something rude");
  await bob.say("something odd");
  await cho.sees("something odd");
  for (const words of ["something rude", "something odd"]) {
    await cho.act(words, "Report…");
    await cho.page.selectOption("#report-kind", { label: "Insult or harassment" });
    await cho.page.fill("#report-more", `about ${words}`);
    await cho.page.click('dialog button[type="submit"]');
    await cho.page.waitForSelector('dialog:has-text("Thank you")');
    await cho.closeDialog();
  }
  await ann.page.click(".tools .more");
  // With how many there are, once the page has looked.
  await ann.page.click('.menu [role="menuitem"]:has-text("Reports and log")');
  const rude = '.reports li:has-text("something rude")';
  await ann.page.waitForSelector(`${rude}:has-text("Insult or harassment: about something rude")`);
  await ann.page.click(`${rude} button:text-is("Take down")`);
  await ann.page.fill("#reason", "rule 1");
  await ann.page.click('dialog:has(#reason) button[type="submit"]');
  await ann.page.waitForSelector(rude, { state: "detached" });
  await ann.page.click('.reports li:has-text("something odd") button:text-is("Dismiss")');
  await ann.page.waitForSelector('.reports:has-text("Nothing is reported.")');
  const log = await ann.page.textContent(".log");
  expect(log).toContain("took down #1");
  expect(log).toContain("rule 1");
  expect(log).toContain("dismissed the reports of #2");
  await ann.closeDialog();
  expect(await texts(bob)).toEqual(["Message recalled", "something odd"]);
  await bob.page.click(".tools .more");
  expect(await bob.page.textContent(".menu")).not.toContain("Reports");
  await bob.page.keyboard.press("Escape");
});

test("a pinned message stands above the others, leads to itself, and goes when it is recalled", async () => {
  await together("Pinned");
  await ann.say("read this first");
  for (let i = 0; i < 25; ++i) await bob.say(`line ${i}`);
  await ann.sees("line 24");
  await ann.page.locator(".scroller").evaluate((node) => (node.scrollTop = 0));
  await ann.act("read this first", "Pin");
  for (const person of [bob, cho]) await person.page.waitForSelector('.pinned:has-text("Ann: read this first")');
  await cho.page.click(".pinned");
  await cho.page.waitForSelector('.row.pointed:has-text("read this first")');
  await ann.act("read this first", "Recall");
  await ann.page.click("dialog .danger");
  for (const person of [ann, bob, cho]) await person.page.waitForSelector(".pinned", { state: "hidden" });
});

test("admins and the owner are marked at their names, and slow mode is one choice", async () => {
  await together("Roles");
  await ann.actOnMember("Bob", "Make admin");
  await ann.page.waitForSelector('.people li:has-text("Bob") .hint:has-text("Admin")');
  await ann.closeDialog();
  await cho.page.reload();
  await cho.page.waitForSelector('[data-connection="online"]');
  await ann.say("from the owner");
  await bob.say("from an admin");
  await cho.seesOn("from the owner", '.role:text-is("Owner")');
  await cho.seesOn("from an admin", '.role:text-is("Admin")');
  await ann.actOnGroup("Slow mode…");
  await dialogButton(ann, "30 seconds");
  await eventually("slow mode is shown", async () => (await cho.page.textContent(".about"))?.includes("slow mode: 30 s"));
});

test("who asks to join is announced to those who decide", async () => {
  const link = await ann.create("Asking");
  await ann.actOnGroup("Settings");
  await ann.page.selectOption("#policy", "2");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await bob.askToJoin(link);
  await bob.page.waitForSelector('.card:has-text("waits for approval")');
  // Long before the page would ask by itself.
  await ann.page.waitForSelector('.tools .badge:text-is("1")', { timeout: 15_000 });
  await ann.actOnGroup("Members");
  await ann.page.waitForSelector('.waiting li:has-text("Bob")');
  // Another request comes while one looks at them.
  await cho.askToJoin(link);
  await ann.page.waitForSelector('.waiting li:has-text("Cho")', { timeout: 15_000 });
  for (const name of ["Bob", "Cho"]) {
    await ann.page.click(`.waiting li:has-text("${name}") button:has-text("Accept")`);
    await ann.page.waitForSelector(`.waiting li:has-text("${name}")`, { state: "detached" });
  }
  await ann.closeDialog();
  await ann.page.waitForSelector(".tools .badge", { state: "hidden", timeout: 15_000 });
});

test("an owner who wants to leave is led to the members, and hands the group over", async () => {
  await together("Leaving");
  await ann.actOnGroup("Leave group");
  await ann.page.click("dialog .danger");
  await dialogButton(ann, "To the members");
  await ann.page.click('.people li:has-text("Bob") .more');
  await ann.page.click('.menu [role="menuitem"]:text-is("Hand the group over")');
  await ann.page.click("dialog .danger");
  await ann.page.waitForSelector('.people li:has-text("Bob") .hint:has-text("Owner")');
  await ann.closeDialog();
});
