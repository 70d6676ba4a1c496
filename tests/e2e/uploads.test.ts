// Files on their way to the server, or there and not sent, outlive their page.

import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, INPUT, meet } from "./club";
import { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let bob: Person;
let link: string;

beforeAll(async () => {
  ({ browser, bob, link } = await meet(server));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const PARTS = "**/api/v1/uploads/*/parts*";
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

async function attach(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.click(".clip");
  const chooser = page.waitForEvent("filechooser");
  await page.click('.menu [role="menuitem"]:has-text("file")');
  await (await chooser).setFiles([{ name, mimeType: "application/octet-stream", buffer }]);
}

// What the browser has of uploads: their ids, and how many bytes of files.
const kept = (page: Page) => page.evaluate(async () => {
  const found = { ids: [] as string[], bytes: 0 };
  for (const { name = "" } of await indexedDB.databases()) {
    const opening = indexedDB.open(name);
    await new Promise((done) => opening.addEventListener("success", done));
    const transaction = opening.result.transaction(["uploads", "files"]);
    const [rows, files] = [transaction.objectStore("uploads").getAll(), transaction.objectStore("files").getAll()];
    await new Promise((done) => transaction.addEventListener("complete", done));
    opening.result.close();
    found.ids.push(...(rows.result as { id: string }[]).map(({ id }) => id));
    found.bytes += (files.result as { blob: Blob }[]).reduce((sum, { blob }) => sum + blob.size, 0);
  }
  return found;
});
const progress = (page: Page) => page.locator(".attached progress").evaluate((bar: HTMLProgressElement) => bar.value);

// Parts go through until `most` have; the others wait.
async function narrow(person: Person, most: number): Promise<{ offsets: number[]; open(): Promise<void> }> {
  const offsets: number[] = [];
  const waiting: Route[] = [];
  let wide = false;
  await person.context.route(PARTS, async (route) => {
    offsets.push(Number(/offset=(\d+)/.exec(route.request().url())?.[1]));
    if (offsets.length > most && !wide) waiting.push(route);
    // Of a page that has crashed meanwhile nothing comes.
    else await route.continue().catch(() => {});
  });
  const open = async () => {
    wide = true;
    for (const route of waiting) await route.continue().catch(() => {});
  };
  return { offsets, open };
}

test("an upload goes on by itself after its tab crashed, from where the server stands, and is whole", async () => {
  const eve = await Person.signUp(browser, server.http, "Eve");
  await eve.join(link);
  const content = randomBytes(3 * 1024 * 1024);
  const line = await narrow(eve, 3);
  await attach(eve.page, "minutes.bin", content);
  await eventually("some of it is there", async () => line.offsets.length > 3 && (await progress(eve.page)) > 0);
  await eventually("it is kept", async () => {
    const { ids, bytes } = await kept(eve.page);
    return bytes === content.length && ids[0] !== undefined && ids[0] !== "";
  });
  await Promise.all([eve.page.waitForEvent("crash"), eve.page.goto("chrome://crash").catch(() => {})]);

  const begun: string[] = [];
  eve.context.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/v1/uploads")) begun.push(request.url());
  });
  const before = line.offsets.length;
  const page = await eve.context.newPage();
  await page.goto(link);
  await page.waitForSelector('.attached:has-text("minutes.bin")');
  await eventually("it shows how far it was", async () => (await progress(page)) > 0);
  expect(await page.locator(".send").isDisabled()).toBe(true);
  await line.open();
  await page.waitForSelector('.attached[data-state="done"]', { timeout: 60_000 });
  expect(begun).toEqual([]);
  expect(line.offsets[before]).toBeGreaterThan(0);

  await page.fill(INPUT, "what we decided");
  await page.press(INPUT, "Enter");
  await bob.sees("what we decided");
  const row = bob.page.locator('.row:has-text("what we decided") .file');
  const [download] = await Promise.all([bob.page.waitForEvent("download"), row.click()]);
  expect(sha256(readFileSync(await download.path()))).toBe(sha256(content));
  await eventually("nothing of it is left", async () => JSON.stringify(await kept(page)) === JSON.stringify({ ids: [], bytes: 0 }));
  await page.reload();
  await page.waitForSelector('[data-connection="online"]');
  await page.waitForSelector('.row:has-text("what we decided")');
  expect(await page.locator(".attached").count()).toBe(0);
  await eve.context.close();
});

// Somebody new in the group, a part of whose file is at the server.
async function halfway(name: string, file: string): Promise<{ eve: Person; line: Awaited<ReturnType<typeof narrow>> }> {
  const eve = await Person.signUp(browser, server.http, name);
  await eve.join(link);
  const line = await narrow(eve, 2);
  await attach(eve.page, file, randomBytes(1024 * 1024));
  await eventually("it is on its way", async () => line.offsets.length > 2);
  await eventually("it is kept", async () => (await kept(eve.page)).ids[0] !== "");
  return { eve, line };
}

test("one goes on while another group is open, and stands ready in its own; one that was paused stays so", async () => {
  const { eve, line } = await halfway("Evi", "first.bin");
  await eve.page.evaluate(() => (location.hash = "#/"));
  await eve.page.reload();
  const finished = eve.page.waitForResponse((response) => response.url().endsWith("/finish"));
  await line.open();
  await finished;
  await eve.page.goto(link);
  await eve.page.waitForSelector('.attached[data-state="done"]:has-text("first.bin")');

  const second = await narrow(eve, 2);
  await attach(eve.page, "second.bin", randomBytes(1024 * 1024));
  await eventually("some of it is there", async () => second.offsets.length > 2);
  await eve.page.click('.attached:has-text("second.bin") button:text-is("Pause")');
  const words = await eve.page.textContent('.attached:has-text("second.bin") .state');
  await eventually("that it rests is kept", () => eve.page.evaluate(async () => {
    const [{ name = "" } = {}] = await indexedDB.databases();
    const opening = indexedDB.open(name);
    await new Promise((done) => opening.addEventListener("success", done));
    const reading = opening.result.transaction("uploads").objectStore("uploads").getAll();
    await new Promise((done) => reading.addEventListener("success", done));
    opening.result.close();
    return (reading.result as { pausedAt?: number }[]).some(({ pausedAt = 0 }) => pausedAt > 0);
  }));
  await second.open();
  await eve.page.reload();
  const paused = '.attached[data-state="paused"]:has-text("second.bin")';
  await eve.page.waitForSelector(paused);
  expect(await eve.page.textContent(`${paused} .state`)).toBe(words);
  // Given up, it is gone here and at the server.
  const [given] = await Promise.all([
    eve.page.waitForResponse((response) => response.request().method() === "DELETE"),
    eve.page.click(`${paused} [aria-label="Remove"]`),
  ]);
  expect(given.status()).toBe(200);
  await eventually("one is left", async () => (await kept(eve.page)).ids.length === 1);
  await eve.page.reload();
  await eve.page.waitForSelector('.attached[data-state="done"]:has-text("first.bin")');
  expect(await eve.page.locator(".attached").count()).toBe(1);
  await eve.context.close();
});

test("a second tab leaves it to the first, takes it up when that one is closed, and signing out wipes it", async () => {
  const { eve } = await halfway("Eva", "shared.bin");
  const other = await eve.context.newPage();
  await other.goto(link);
  await other.waitForSelector(`${INPUT}:visible`);
  await eventually("the other waits for it", () => other.evaluate(async () => {
    const { pending = [] } = await navigator.locks.query();
    return pending.some(({ name = "" }) => name.startsWith("stentor.upload."));
  }));
  expect(await other.locator(".attached").count()).toBe(0);
  await eve.page.close();
  await other.waitForSelector('.attached:has-text("shared.bin")');
  const given = other.waitForRequest((request) => request.method() === "DELETE");
  await other.click('.sidebar footer button:has-text("Sign out")');
  await given;
  await other.waitForSelector("#password");
  await eventually("no database is left", () => other.evaluate(async () => (await indexedDB.databases()).length === 0));
  await eve.context.close();
});
