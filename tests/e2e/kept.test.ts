// What a browser keeps of an account: the page begins with it, nothing that was written is lost with a page, and
// nothing of it is left when somebody signs out.

import type { Browser, Page } from "playwright-core";
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

const said = async (prefix: string) => (await bob.shown()).map(({ text }) => text).filter((text) => text.startsWith(prefix));
const databases = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? "").filter((name) => name.startsWith("stentor.")));
// Of all databases, and what lies in each store.
const kept = (page: Page) => page.evaluate(async () => {
  const counts: Record<string, number> = {};
  for (const { name = "" } of await indexedDB.databases()) {
    const opening = indexedDB.open(name);
    await new Promise((done) => opening.addEventListener("success", done));
    for (const store of opening.result.objectStoreNames) {
      const counting = opening.result.transaction(store).objectStore(store).count();
      await new Promise((done) => counting.addEventListener("success", done));
      counts[store] = (counts[store] ?? 0) + counting.result;
    }
    opening.result.close();
  }
  return counts;
});
// It lies on the disk: what came in the last moment before a page goes may not.
const lies = (page: Page, text: string) => eventually(`"${text}" is kept`, () => page.evaluate(async (text) => {
  for (const { name = "" } of await indexedDB.databases()) {
    const opening = indexedDB.open(name);
    await new Promise((done) => opening.addEventListener("success", done));
    const reading = opening.result.transaction("groups").objectStore("groups").getAll();
    await new Promise((done) => reading.addEventListener("success", done));
    opening.result.close();
    if ((reading.result as { bytes: Uint8Array; names: unknown }[]).some(({ bytes, names }) => `${new TextDecoder().decode(bytes)} ${JSON.stringify(names)}`.includes(text))) return true;
  }
  return false;
}, text));
// In a tab of its own, which comes before the network does.
const tab = async (person: Person): Promise<Page> => {
  const page = await person.context.newPage();
  await page.goto(link);
  return page;
};

test("a known group is there before the network answers, with its list and the names of its people", async () => {
  await bob.say("kept for later");
  await ann.page.waitForSelector('.row:has-text("kept for later"):has-text("Bob")');
  for (const known of ["kept for later", "Bob"]) await lies(ann.page, known);
  await ann.goAway();
  await ann.page.reload();
  await ann.sees("kept for later", 5_000);
  expect(await ann.page.textContent(".row:has-text(\"kept for later\")")).toContain("Bob");
  expect(await ann.page.textContent(".groups")).toContain("Book club");
  expect(await ann.page.isVisible(INPUT)).toBe(true);
  await bob.say("said meanwhile");
  await ann.comeBack();
  await ann.sees("said meanwhile");
  expect(await ann.verified()).toBeGreaterThan(0);
});

test("what was recalled meanwhile is recalled there too", async () => {
  await bob.say("a slip");
  await ann.sees("a slip");
  await lies(ann.page, "a slip");
  await ann.goAway();
  await ann.page.reload();
  await ann.sees("a slip", 5_000);
  await bob.act("a slip", "Recall");
  await bob.page.click('dialog button:text-is("Recall")');
  await ann.comeBack();
  await eventually("it is gone", async () => (await ann.shown()).every(({ text }) => text !== "a slip"));
});

test("a draft that answers something can be sent without a network", async () => {
  await bob.say("who brings tea?");
  await ann.sees("who brings tea?");
  await lies(ann.page, "who brings tea?");
  await ann.act("who brings tea?", "Reply");
  await ann.page.fill(INPUT, "I do, from the tunnel");
  await ann.goAway();
  await ann.page.reload();
  await ann.page.waitForSelector('.about-entry:visible:has-text("who brings tea?")', { timeout: 10_000 });
  await ann.page.press(INPUT, "Enter");
  await eventually("it waits", async () => (await ann.pending()).length === 1);
  await ann.comeBack();
  await bob.page.waitForSelector('.row:has(.quote:has-text("who brings tea?")):has-text("from the tunnel")');
});

test("what was typed offline goes out once and in order though its page was closed", async () => {
  await ann.goAway();
  for (const n of [1, 2, 3, 4, 5, 6]) await ann.say(`closed ${n}`);
  await eventually("all wait", async () => (await ann.pending()).length === 6);
  await ann.page.close({ runBeforeUnload: false });
  const page = await tab(ann);
  await bob.sees("closed 6");
  expect(await said("closed")).toEqual([1, 2, 3, 4, 5, 6].map((n) => `closed ${n}`));
  await eventually("nothing waits on the disk", async () => (await kept(page))["outbox"] === 0);
  await page.close();
});

test("what was typed offline goes out once and in order though its page crashed", async () => {
  const eve = await Person.signUp(browser, server.http, "Eve", { leaves: true });
  await eve.join(link);
  await eve.goAway();
  for (const n of [1, 2, 3]) await eve.say(`crashed ${n}`);
  await eventually("all wait", async () => (await eve.pending()).length === 3);
  await Promise.all([eve.page.waitForEvent("crash"), eve.page.goto("chrome://crash").catch(() => {})]);
  const page = await tab(eve);
  await bob.sees("crashed 3");
  expect(await said("crashed")).toEqual([1, 2, 3].map((n) => `crashed ${n}`));
  await page.close();
  await eve.context.close();
});

test("another tab sends what a closed one has left", async () => {
  const eve = await Person.signUp(browser, server.http, "Evi", { leaves: true });
  await eve.join(link);
  await eve.goAway();
  await eve.say("left behind");
  await eventually("it waits", async () => (await eve.pending()).length === 1);
  const other = await tab(eve);
  await other.waitForTimeout(500);
  expect([await said("left"), await other.$$(".row.pending")]).toEqual([[], []]);
  await eve.page.close({ runBeforeUnload: false });
  await bob.sees("left behind", 5_000);
  expect(await said("left")).toEqual(["left behind"]);
  await eve.context.close();
});

test("signing out in one tab leaves nothing of it in this browser", async () => {
  const eve = await Person.signUp(browser, server.http, "Eva");
  await eve.join(link);
  await bob.say("a secret");
  await eve.sees("a secret");
  const other = await tab(eve);
  await other.waitForSelector('.row:has-text("a secret")');
  await other.fill(INPUT, "half a thought");
  await other.waitForTimeout(400);
  expect(await databases(other)).toHaveLength(1);
  await eve.page.click('.sidebar footer button:has-text("Sign out")');
  await other.waitForSelector("#password");
  await eve.page.waitForSelector("#password");
  await eventually("no database is left", async () => (await databases(other)).length === 0, 5_000);
  await other.waitForTimeout(2_500);
  expect(await databases(other)).toEqual([]);
  await eve.context.close();
});

test("a session that the server ends leaves what its person wrote and nothing of others; another account sees neither", async () => {
  const eve = await Person.signUp(browser, server.http, "Ewa");
  await eve.join(link);
  await bob.say("for members only");
  await eve.sees("for members only");
  await eve.page.fill(INPUT, "my own words");
  await eve.page.waitForTimeout(400);
  await eve.page.evaluate(() => {
    const account = JSON.parse(localStorage.getItem("stentor.account") ?? "{}") as { token: string };
    localStorage.setItem("stentor.account", JSON.stringify({ ...account, token: "x".repeat(80) }));
  });
  await eve.page.reload();
  await eve.page.waitForSelector("#password");
  await eventually("only the draft is left", async () => JSON.stringify(await kept(eve.page)) === JSON.stringify({ about: 0, drafts: 1, files: 0, groups: 0, outbox: 0, uploads: 0 }), 5_000);
  if (await eve.page.isVisible('.switch button:has-text("Create")')) await eve.page.click(".switch button");
  await eve.page.fill("#name", "Stranger");
  await eve.page.fill("#password", "correct horse battery");
  await eve.page.click('button[type="submit"]');
  await eve.page.waitForSelector('[data-connection="online"]');
  expect(await databases(eve.page)).toHaveLength(2);
  expect(await eve.page.content()).not.toContain("my own words");
  await eve.context.close();
});

test.each([
  ["has no IndexedDB", () => Object.defineProperty(globalThis, "indexedDB", { value: undefined })],
  ["does not let the page use it", () => Object.defineProperty(globalThis, "indexedDB", { get: () => { throw new Error("SecurityError"); } })],
  ["has a database of a page of tomorrow", () => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name: string) {
      return open.call(this, name, 99);
    };
  }],
  ["has no room", () => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...what) {
      const request = put.apply(this, what);
      request.transaction?.abort();
      return request;
    };
  }],
])("in a browser that %s the page goes on without", async (_, breaks) => {
  const context = await browser.newContext({ locale: "en-GB", storageState: await bob.context.storageState() });
  await context.addInitScript(breaks);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(link);
  await page.waitForSelector('[data-connection="online"]');
  const words = `without a disk ${String(breaks).length}`;
  await page.fill(INPUT, words);
  await page.press(INPUT, "Enter");
  await bob.sees(words);
  expect(errors).toEqual([]);
  await context.close();
});

test("a page whose database is wiped, or wanted by a page of tomorrow, goes on without it", async () => {
  const other = await tab(bob);
  await other.waitForSelector('[data-connection="online"]');
  await other.evaluate(async () => {
    for (const { name = "" } of await indexedDB.databases()) {
      const opening = indexedDB.open(name, 99);
      await new Promise((done, failed) => {
        opening.addEventListener("success", done);
        opening.addEventListener("blocked", failed);
      });
      opening.result.close();
      const deleting = indexedDB.deleteDatabase(name);
      await new Promise((done) => deleting.addEventListener("success", done));
    }
  });
  await bob.say("after the wipe");
  await other.waitForSelector('.row:has-text("after the wipe")');
  await other.close();
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
