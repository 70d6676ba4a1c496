// Pictures of the page, for people to look at: STENTOR_SCREENS=DIR npm run e2e -- screens

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { launch, Person } from "./person";
import { Server } from "./server";

const dir = process.env["STENTOR_SCREENS"] ?? "";
const server = new Server();
let browser: Browser;

const DESKTOP: BrowserContextOptions = { viewport: { width: 1180, height: 760 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

test.skipIf(dir === "")("pictures", async () => {
  mkdirSync(dir, { recursive: true });
  await server.start();
  browser = await launch();
  const shot = (person: Person, name: string) => person.page.screenshot({ path: join(dir, `${name}.png`) });

  const visitor = await (await browser.newContext({ ...PHONE, locale: "zh-CN", colorScheme: "dark" })).newPage();
  await visitor.goto(server.http);
  await visitor.screenshot({ path: join(dir, "welcome-phone-dark-zh.png") });

  const ann = await Person.signUp(browser, server.http, "Ann", DESKTOP);
  await shot(ann, "empty-desktop-light");
  const link = await ann.create("Book club");
  const bob = await Person.signUp(browser, server.http, "Bob", { ...PHONE, colorScheme: "dark" });
  await bob.page.goto(link);
  await bob.page.waitForSelector(".card");
  await shot(bob, "join-phone-dark");
  await bob.join(link);
  const wei = await Person.signUp(browser, server.http, "张伟", { ...DESKTOP, locale: "zh-CN", colorScheme: "dark" });
  await wei.page.goto(link);
  await wei.page.click(".card .primary");

  await ann.say("Hello everybody! Who has finished the third chapter?");
  await bob.sees("Hello everybody! Who has finished the third chapter?");
  await bob.say("Me, last night. My notes are at https://example.org/notes/3 if you like.");
  await bob.say("The end surprised me 🙂");
  await ann.sees("The end surprised me 🙂");
  await ann.say("No spoilers please!\nI am only on page 80.");
  await wei.say("我也读完了。八点见？");
  await ann.sees("我也读完了。八点见？");
  await ann.say("八点见！");
  await bob.sees("八点见！");
  await ann.settled();
  await shot(ann, "talk-desktop-light");
  await shot(bob, "talk-phone-dark");
  await shot(wei, "talk-desktop-dark-zh");

  for (let i = 1; i <= 7; ++i) await ann.say(`and one more thought, number ${i}`);
  await ann.page.waitForSelector(".pending");
  await shot(ann, "waiting-desktop-light");
  await ann.settled();

  await ann.page.click(".verified");
  await shot(ann, "verified-desktop-light");
  await ann.page.keyboard.press("Escape");

  await bob.page.click('button[aria-label="Back to groups"]');
  await bob.page.waitForSelector(".sidebar:visible");
  await ann.say("Are you still there?");
  await bob.page.waitForSelector(".groups .badge");
  await shot(bob, "groups-phone-dark");
  await bob.page.emulateMedia({ colorScheme: "light" });
  await bob.page.click(".groups a");
  await bob.sees("Are you still there?");
  await shot(bob, "back-phone-light");

  await server.kill();
  await ann.say("Is this thing on?");
  await ann.page.waitForSelector('.status[data-state="waiting"]');
  await shot(ann, "offline-desktop-light");
  expect([...ann.errors, ...bob.errors, ...wei.errors].filter((error) => !/ERR_CONNECTION/.test(error))).toEqual([]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server.stop();
});
