// The page is loaded without a network: its files come from the service worker, what it shows from the disk.

import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer } from "./club";
import { launch, Person } from "./person";
import { eventually, PAGE, Server } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let link: string;

const controlled = (person: Person) => eventually("the service worker is there", () => person.page.evaluate(() => navigator.serviceWorker.controller !== null));

beforeAll(async () => {
  await server.start();
  browser = await launch();
  ann = await Person.signUp(browser, server.http, "Ann", { serviceWorkers: "allow" });
  link = await ann.create("Book club");
  for (const n of [1, 2, 3]) await ann.say(`page ${n}`);
  await ann.settled();
  await controlled(ann);
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test("a reload without a server shows the group, its dialogs too; what is typed goes out when it is back", async () => {
  await server.kill();
  await ann.page.reload();
  await ann.sees("page 3", 5_000);
  await ann.page.click('[aria-label="New group"]');
  await ann.page.waitForSelector('dialog[aria-label="New group"]');
  await ann.closeDialog();
  for (const n of [1, 2, 3]) await ann.say(`typed without a network ${n}`);
  await eventually("all wait", async () => (await ann.pending()).length === 3);
  await ann.page.close({ runBeforeUnload: false });
  await server.start();
  const page = await ann.context.newPage();
  await page.goto(link);
  const texts = () => page.$$eval(".row[data-seq] .text", (all) => all.map((one) => one.textContent ?? ""));
  await eventually("all are there", async () => (await texts()).filter((text) => text.startsWith("typed")).length === 3);
  expect((await texts()).slice(-6)).toEqual(["page 1", "page 2", "page 3", "typed without a network 1", "typed without a network 2", "typed without a network 3"]);
  await page.close();
});

test("nothing of the API is ever answered by the service worker", async () => {
  const page = await ann.context.newPage();
  await page.goto(link);
  await page.waitForSelector('[data-connection="online"]');
  const { cached, status } = await page.evaluate(async () => {
    const all = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)));
    return { cached: all.flat(), status: (await fetch("/api/v1/stats")).status };
  });
  expect(cached.filter((path) => path !== "/" && path !== "/icon.svg" && path !== "/icon_unread.svg" && !path.startsWith("/assets/"))).toEqual([]);
  expect([cached.includes("/"), status]).toEqual([true, 200]);
  await server.kill();
  expect(await page.evaluate(() => fetch("/api/v1/stats").then(({ status }) => status, () => "unreachable"))).toBe("unreachable");
  await server.start();
  await page.close();
});

// The server's next version has another page; a tab of the version before goes on, and a reload brings the new one.
test("a new build comes with the next load, and a tab of the one before goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stentor-page-"));
  cpSync(PAGE, folder, { recursive: true });
  const next = new Server(["--accounts-per-minute", "10000"], folder);
  await next.start();
  const eve = await Person.signUp(browser, next.http, "Eve", { serviceWorkers: "allow" });
  await eve.create("Tea");
  await controlled(eve);
  // As the next build: other names for parts that come late, another page, another worker.
  const index = readFileSync(join(folder, "index.html"), "utf8").replace("<title>Stentor</title>", '<title>Stentor</title><meta name="build" content="next">');
  for (const name of ["index.html.gz", "index.html.br", "worker.js.gz", "worker.js.br"]) rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, "index.html"), index);
  const worker = readFileSync(join(folder, "worker.js"), "utf8").replace(/"version":"\w+"/, '"version":"next"');
  writeFileSync(join(folder, "worker.js"), worker);
  const dialogs = /assets\/search-[\w-]+\.js/.exec(worker)?.[0] ?? "";
  copyFileSync(join(folder, dialogs), join(folder, dialogs.replace("search-", "search-next-")));
  writeFileSync(join(folder, "worker.js"), worker.replaceAll(dialogs, dialogs.replace("search-", "search-next-")));
  for (const ending of ["", ".gz", ".br"]) rmSync(join(folder, dialogs + ending), { force: true });
  await next.kill();
  await next.start();
  await eve.page.waitForSelector('[data-connection="online"]', { timeout: 40_000 });
  await eve.page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
  await eventually("the next build is kept", () => eve.page.evaluate(async () => (await caches.keys()).length === 2));
  // Gone from the server, and not in the cache of the next build.
  await eve.page.click('.tools [aria-label="Search"]');
  await eve.page.waitForSelector('dialog[aria-label="Search"]');
  await eve.closeDialog();
  await eve.say("still here");
  await eve.settled();
  await eve.page.reload();
  expect(await eve.page.getAttribute('meta[name="build"]', "content")).toBe("next");
  await eve.context.close();
  await next.stop();
  rmSync(folder, { recursive: true });
});

test("nothing went wrong in the pages", () => {
  expect(ann.errors.filter((error) => !/ERR_CONNECTION_REFUSED|Failed to fetch/.test(error))).toEqual([]);
});
