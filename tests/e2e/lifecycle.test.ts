// A page comes and goes, is frozen, is one of several tabs: its socket, its session and what counts as read.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD } from "./account";
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
const secondTab = (person: Person) => anotherTab(person, link);

// By the browser itself.
test("a page that is left by a link closes its socket before it goes", async () => {
  const eve = await Person.signUp(browser, server.http, "Eve");
  await eve.page.evaluate(() => {
    const close = WebSocket.prototype.close;
    WebSocket.prototype.close = function (...how) {
      localStorage.setItem("test.closed", "by the page");
      close.apply(this, how);
    };
  });
  await eve.page.goto(`${server.http}/healthz`);
  expect(await eve.page.evaluate(() => localStorage.getItem("test.closed"))).toBe("by the page");
  await eve.context.close();
});

// What a browser tells a page that it freezes or keeps for the way back, and when that ends. This one does neither
// (chromium-headless-shell keeps no page and tells no `freeze`, whatever is asked of it), so it is told by hand.
test.each([["frozen", "freeze", "resume"], ["kept for the way back", "pagehide", "pageshow"]])("a page that is %s closes its socket, and is back at once", async (_, away, back) => {
  const before = await sockets();
  const tell = (type: string) => bob.page.evaluate((name) => {
    const shown = name.startsWith("page");
    (shown ? window : document).dispatchEvent(shown ? new PageTransitionEvent(name, { persisted: true }) : new Event(name));
  }, type);
  await tell(away);
  await eventually("its socket is closed", async () => (await sockets()) === before - 1, 5_000);
  const words = `while he was away: ${away}`;
  await ann.say(words);
  await bob.page.waitForTimeout(1_500);
  expect(await sockets()).toBe(before - 1);
  await tell(back);
  await bob.sees(words, 1_500);
  expect(await sockets()).toBe(before);
});

test("whoever signs out in one tab is signed out in the others", async () => {
  const dora = await Person.signUp(browser, server.http, "Dora");
  await dora.join(link);
  const other = await secondTab(dora);
  await dora.page.click('footer button:has-text("Sign out")');
  await dora.page.waitForSelector("#password");
  await other.waitForSelector("#password", { timeout: 5_000 });
  expect(await other.textContent(".error")).toContain("another tab");
  // And signs in there for both.
  await other.fill("#name", "Dora");
  await other.fill("#password", PASSWORD);
  await other.click('button[type="submit"]');
  await other.waitForSelector('[data-connection="online"]');
  await dora.page.waitForSelector('[data-connection="online"]');
  await dora.context.close();
});

test("what comes while nobody looks at the page does not count as read, though it is in front", async () => {
  const title = () => bob.page.title();
  const focus = (focused: boolean) => bob.page.evaluate((now) => {
    Object.defineProperty(document, "hasFocus", { value: () => now, configurable: true });
    window.dispatchEvent(new Event(now ? "focus" : "blur"));
  }, focused);
  await focus(true);
  await eventually("all is read", async () => (await title()) === "Stentor");
  await focus(false);
  await ann.say("look at me");
  await bob.sees("look at me");
  await eventually("it is not read", async () => (await title()) === "(1) Stentor", 3_000);
  await bob.page.waitForTimeout(500);
  expect(await title()).toBe("(1) Stentor");
  await focus(true);
  await eventually("it is read", async () => (await title()) === "Stentor", 3_000);
  await bob.page.waitForSelector(".new-rule");
});

test("a request to join is said to wait until one is let in, and never again after that", async () => {
  const strict = await ann.create("Strict");
  await ann.actOnGroup("Settings");
  await ann.page.selectOption("#policy", "2");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await bob.askToJoin(strict);
  await bob.page.waitForSelector('.card:has-text("waits for approval")');
  // Elsewhere and back: it still waits.
  await bob.page.goto(link);
  await bob.page.waitForSelector(`${INPUT}:visible`);
  await bob.page.goto(strict);
  await bob.page.waitForSelector('.card:visible:has-text("waits for approval")');
  await ann.actOnGroup("Members");
  await ann.page.click('.waiting button:text-is("Accept")');
  await bob.page.waitForSelector(`${INPUT}:visible`);
  await ann.closeDialog();
  await ann.actOnMember("Bob", "Ban for good");
  await ann.page.click("dialog:last-of-type .danger");
  await bob.page.waitForSelector('.card:visible:has-text("You were banned")');
  expect(await bob.page.textContent(".card")).not.toContain("approval");
  await bob.page.reload();
  await bob.page.waitForSelector(".card:visible");
  const join = await bob.page.$(".card .primary");
  await join?.click();
  await bob.page.waitForSelector('.card:visible:has-text("banned")');
  expect(await bob.page.textContent(".card")).not.toContain("approval");
  expect(await bob.page.$(".card .primary")).toBeNull();
  await ann.closeDialog();
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
