// Being called: marks in the list, the way to the next one, title, icon and badge, notices of a hidden page.

import type { Browser, Page } from "playwright-core";
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

interface Noticed {
  title: string;
  body: string;
  closed: boolean;
}
interface Told {
  badge: number;
  notices: Noticed[];
  asked: number;
  // Another page is in front.
  hidden: boolean;
  permission: NotificationPermission;
  press(): void;
}
declare global {
  interface Window {
    told: Told;
  }
}

// What a browser would show, as values; a page in front that can be hidden.
function watch(): void {
  const made: (Noticed & { press(): void })[] = [];
  const told: Told = { badge: 0, notices: made, asked: 0, hidden: false, permission: "default", press: () => made.at(-1)?.press() };
  window.told = told;
  class Notice extends EventTarget {
    static get permission() {
      return told.permission;
    }
    static requestPermission() {
      told.asked += 1;
      told.permission = "granted";
      return Promise.resolve(told.permission);
    }
    readonly #made: Noticed & { press(): void };
    constructor(title: string, { body }: NotificationOptions) {
      super();
      this.#made = { title, body: body ?? "", closed: false, press: () => this.dispatchEvent(new Event("click")) };
      made.push(this.#made);
    }
    close() {
      this.#made.closed = true;
    }
  }
  Object.defineProperty(window, "Notification", { value: Notice, configurable: true });
  Object.defineProperty(document, "visibilityState", { get: () => (told.hidden ? "hidden" : "visible"), configurable: true });
  document.hasFocus = () => !told.hidden;
  Object.assign(navigator, {
    setAppBadge: (count: number) => Promise.resolve(void (told.badge = count)),
    clearAppBadge: () => Promise.resolve(void (told.badge = 0)),
  });
}

beforeAll(async () => {
  ({ browser, ann, bob, link } = await meet(server));
  await bob.context.addInitScript(watch);
  await bob.page.reload();
  await bob.page.waitForSelector('[data-connection="online"]');
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const hide = (page: Page, hidden: boolean) => page.evaluate((hidden) => {
  window.told.hidden = hidden;
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event(hidden ? "blur" : "focus"));
}, hidden);
const told = () => bob.page.evaluate(() => window.told);
const badge = (group: string) => bob.page.locator(`.groups li:has(.who:has-text("${group}")) .badge`).allTextContents();
const icon = () => bob.page.getAttribute('link[rel="icon"]', "href");

async function mention(text: string): Promise<void> {
  await ann.page.fill(INPUT, "");
  await ann.page.locator(INPUT).pressSequentially("@bo");
  await ann.page.click('.mention-box [role="option"]:has-text("Bob")');
  await ann.page.locator(INPUT).pressSequentially(text);
  await ann.page.press(INPUT, "Enter");
}

async function go(person: Person, to: string, name: string): Promise<void> {
  await person.page.goto(to);
  await person.page.waitForSelector(`.title h1:text-is("${name}")`);
}

test("a mention and an answer are marked in the list, in the title, on the icon and on the badge of the page", async () => {
  await bob.say("my own words");
  await ann.sees("my own words");
  await bob.page.evaluate(() => (location.hash = "#/"));
  await ann.say("to nobody");
  await eventually("it is counted", async () => (await badge("Book club")).join("") === "1");
  expect(await bob.page.title()).toBe("(1) Stentor");
  expect(await icon()).toBe("/icon_unread.svg");
  await mention("are you there?");
  await eventually("Bob is called", async () => (await badge("Book club")).join("") === "@ 2");
  await ann.act("my own words", "Reply");
  await ann.page.fill(INPUT, "an answer");
  await ann.page.press(INPUT, "Enter");
  await eventually("all are counted", async () => (await badge("Book club")).join("") === "@ 3");
  expect(await bob.page.title()).toBe("(@ 3) Stentor");
  expect((await told()).badge).toBe(3);
});

test("the page leads from one to the next, and nothing is left once they are seen", async () => {
  const gid = /\d+$/.exec(link)?.[0] ?? "";
  const fillers = Array.from({ length: 60 }, (_, i) => `filler ${i}`);
  await sayMany(server, "Ann", gid, fillers);
  await ann.sees("filler 59");
  await mention("and here?");
  await ann.settled();
  await sayMany(server, "Ann", gid, fillers);
  await mention("the last one");
  await ann.settled();
  // Whose page has heard of a few only would follow, and see the rest go by.
  await eventually("Bob's page has heard of them", async () => (await badge("Book club")).join("") === "@ 99+");
  await bob.page.goto(link);
  await bob.page.waitForSelector(".new-rule");
  // Those beside the line are seen at once.
  await bob.page.waitForSelector('.to-call:visible .badge:text-is("2")');
  await bob.page.click(".to-call");
  await bob.page.waitForSelector('.row.pointed:has-text("and here?")');
  await eventually("one is left", async () => (await bob.page.textContent(".to-call .badge")) === "1");
  await bob.page.click(".to-call");
  await bob.page.waitForSelector('.row.pointed:has-text("the last one")');
  await eventually("none is left", async () => await bob.page.isHidden(".to-call"));
  await eventually("nor in the list", async () => (await badge("Book club")).length === 0);
  expect(await bob.page.title()).toBe("Stentor");
  expect(await icon()).toBe("/icon.svg");
  expect((await told()).badge).toBe(0);
});

test("notices are asked for by a press alone, and tell what is said while the page is hidden", async () => {
  expect((await told()).asked).toBe(0);
  await bob.actOnGroup("Notifications…");
  await bob.page.click('dialog button:text-is("Allow notices on this device")');
  await bob.page.waitForSelector('dialog:has-text("They are allowed on this device.")');
  expect((await told()).asked).toBe(1);
  await bob.closeDialog();
  await ann.say("while he looks");
  await bob.sees("while he looks");
  await hide(bob.page, true);
  await ann.say("while he is ||far|| away");
  await eventually("Bob is told", async () => (await told()).notices.length === 1, 15_000);
  expect((await told()).notices[0]).toMatchObject({ title: "Book club", body: "Ann: while he is ▒▒▒ away", closed: false });
  await bob.page.evaluate(() => window.told.press());
  await bob.page.waitForSelector('.row.pointed:has-text("away")');
  await hide(bob.page, false);
  await eventually("it is taken back", async () => (await told()).notices.every(({ closed }) => closed));
});

test("what was read on another device is told nowhere", async () => {
  const other = await Person.signIn(browser, server.http, "Bob");
  await other.page.goto(link);
  await other.page.waitForSelector(INPUT);
  await hide(bob.page, true);
  const before = (await told()).notices.length;
  await ann.say("seen elsewhere");
  await other.sees("seen elsewhere");
  // The other page says at once that it is read when it is left.
  await other.page.evaluate(() => (location.hash = "#/"));
  await bob.page.waitForTimeout(6_000);
  expect((await told()).notices.length).toBe(before);
  await other.context.close();
  await hide(bob.page, false);
});

test("of a group that is set so only calls are told, or nothing, or that for a time", async () => {
  const choose = async (words: string, time?: string) => {
    await bob.actOnGroup("Notifications…");
    await bob.page.click(`dialog label:has-text("${words}")`);
    if (time) await bob.page.selectOption("#notify-for", { label: time });
    await bob.page.click('dialog button[type="submit"]');
    await bob.page.waitForSelector("dialog", { state: "detached" });
  };
  // Of another group, where all is told: what was said before it was thought about by then.
  const reminder = await ann.create("Reminders");
  await bob.join(reminder);
  const noticesOf = async (say: () => Promise<void>) => {
    for (const person of [ann, bob]) await go(person, link, "Book club");
    const before = (await told()).notices.length;
    await hide(bob.page, true);
    await say();
    await ann.settled();
    await go(ann, reminder, "Reminders");
    await ann.say("and now this");
    const all = await eventually("the other group is told of", async () => {
      const { notices } = await told();
      return notices.slice(before).some(({ title }) => title === "Reminders") && notices.slice(before);
    });
    await hide(bob.page, false);
    return all.filter(({ title }) => title === "Book club").map(({ body }) => body);
  };
  await go(bob, link, "Book club");
  await choose("Mentions of you");
  await bob.page.waitForSelector(".groups .quiet-mark");
  expect(await noticesOf(async () => {
    await mention("wake up");
    await ann.say("not you");
  })).toEqual(["Ann: @Bob wake up"]);
  await choose("Nothing", "1 hour");
  expect(await noticesOf(() => mention("and now?"))).toEqual([]);
  await bob.actOnGroup("Notifications…");
  await bob.page.waitForSelector('dialog .hint:has-text("Until")');
  await bob.closeDialog();
  // An hour later.
  await bob.page.evaluate(() => {
    const key = Object.keys(localStorage).find((key) => key.startsWith("stentor.levels.")) ?? "";
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, { untilMs: number }>;
    for (const one of Object.values(kept)) one.untilMs = 1;
    localStorage.setItem(key, JSON.stringify(kept));
  });
  await bob.page.reload();
  await bob.page.waitForSelector('[data-connection="online"]');
  await eventually("it is not muted any more", async () => (await bob.page.locator(".groups .quiet-mark").count()) === 0);
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
