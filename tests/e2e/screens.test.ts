// Pictures of the page, for people to look at: STENTOR_SCREENS=DIR npm run e2e -- screens
// Each state as it looks at four widths: STENTOR_SCREENS=DIR npm run e2e -- screens -t state
// DIR/page.png, page-phone.png and operator.png are those in docs/.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { enterAdmin } from "./operator";
import { launch, Person } from "./person";
import { Scene } from "./scene";
import { ADMIN_PAGE, eventually, Server } from "./server";
import { States } from "./states";

const dir = process.env["STENTOR_SCREENS"] ?? "";
const server = new Server();
const busy = new Server(["--sends-per-second", "100", "--sends-burst", "100", "--admin-web", ADMIN_PAGE]);
let browser: Browser;

const DESKTOP: BrowserContextOptions = { viewport: { width: 1180, height: 760 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

const WIDTHS = [360, 768, 1440, 2560];
const HEIGHTS: Record<number, number> = { 360: 740, 768: 1024, 1440: 900, 2560: 1300 };

// Somebody, and what they say in the group that is open.
const TALK: readonly [number, string][] = [
  [1, "Good morning! The fence on the west side is standing."],
  [2, "Stage two has power, but no light yet."],
  [3, "Programme and map for everybody: https://example.org/harbour/plan"],
  [0, "Thank you all. Doors at five, as planned."],
  [2, "八点开始烟火，别忘了！"],
];
const QUIET: readonly [string, string][] = [
  ["Neighbours, Elm Street", "The lift is repaired."],
  ["读书会", "第三章谁读完了？"],
  ["Book club", "Eight o'clock at my place."],
];
const UNREAD: readonly string[][] = [["Has anybody seen a grey cat?", "She answers to Nero."], [], ["I bring the cake."]];

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
  await ann.page.waitForSelector(".fingerprint");
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

test.skipIf(dir === "")("the picture of the README", async () => {
  mkdirSync(dir, { recursive: true });
  browser ??= await launch();
  await busy.start();
  const operator = await enterAdmin(browser, busy, "Maria");
  await operator.page.setViewportSize({ width: 1180, height: 760 });
  const enter = (name: string) => Person.signUp(browser, busy.http, name, DESKTOP);
  const mara = await enter("Mara");
  const others = [await enter("Jonas"), await enter("张伟"), await enter("Lena")] as const;
  const [jonas, wei, lena] = others;

  const links: string[] = [];
  for (const [group, words] of QUIET) {
    const link = await mara.create(group);
    links.push(link);
    await lena.join(link);
    await lena.say(words);
    await mara.sees(words);
  }
  const link = await mara.create("Harbour festival, crew");
  for (const one of others) await one.join(link);
  for (const [at, words] of TALK) {
    const who = [mara, ...others][at] ?? mara;
    await who.say(words);
    await who.settled();
    for (const one of [mara, ...others]) await one.sees(words);
  }
  await jonas.act("Stage two has power, but no light yet.", "Reply");
  await jonas.say("Light is up as well now.");
  await mara.sees("Light is up as well now.");
  await lena.act("Light is up as well now.", "React with 🎉");
  await mara.act("Light is up as well now.", "React with 🎉");
  await wei.act("Light is up as well now.", "React with 👍");
  await lena.say("wrong group, sorry");
  await mara.sees("wrong group, sorry");
  await lena.act("wrong group, sorry", "Recall");
  await lena.page.click("dialog .danger");
  // What is typed while it is open goes nowhere.
  await lena.page.waitForSelector("dialog", { state: "detached" });
  await lena.page.locator(".composer textarea").pressSequentially("@mar");
  await lena.page.click('.mention-box [role="option"]');
  await lena.page.locator(".composer textarea").pressSequentially("can you open the gate at four?");
  await lena.page.keyboard.press("Enter");
  await mara.page.waitForSelector(".row.called");
  await mara.say("Yes! On my way.");
  await mara.settled();
  for (const one of others) {
    await one.sees("Yes! On my way.");
    await one.page.evaluate(() => window.dispatchEvent(new Event("blur")));
  }
  // What is counted: said in groups that Mara does not look at.
  await mara.page.reload();
  for (const [i, words] of UNREAD.entries()) {
    await lena.page.goto(links[i] ?? "");
    for (const text of words) await lena.say(text);
    await lena.settled();
  }
  await mara.page.waitForSelector('.row .reaction:has-text("🎉")');
  await mara.page.waitForSelector('.row .read-by:text-is("Read by 3")');
  await mara.page.waitForSelector('.groups li:has-text("Elm Street") .badge:has-text("2")');
  await eventually("Jonas is seen writing", async () => {
    await jonas.page.locator(".composer textarea").pressSequentially(".");
    return mara.page.waitForSelector('.typing:has-text("Jonas")', { timeout: 1_000 });
  });
  await mara.page.screenshot({ path: join(dir, "page.png") });
  const phone = await Person.signIn(browser, busy.http, "张伟", { ...PHONE, locale: "zh-CN", colorScheme: "dark" });
  await phone.page.goto(link);
  await phone.sees("Yes! On my way.");
  await phone.page.waitForSelector('.row .author:has-text("Mara")');
  await phone.page.waitForSelector(".row .reaction");
  await phone.page.screenshot({ path: join(dir, "page-phone.png") });
  await operator.page.selectOption("#span", "0");
  await operator.page.screenshot({ path: join(dir, "operator.png") });
  expect([mara, ...others].flatMap(({ errors }) => errors)).toEqual([]);
}, 180_000);

// SCREENS_OF: only those whose names begin like this expression.
test.skipIf(dir === "")("every state as wide as a phone, a tablet, a desk and a wall, in both themes", async () => {
  const scene = new Scene({ reducedMotion: "reduce" });
  try {
    await scene.start();
    for (const { name, page, enter, leave } of new States(scene).all) {
      if (!new RegExp(`^(?:${process.env["SCREENS_OF"] ?? ""})`).test(name)) continue;
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: HEIGHTS[width] ?? 900 });
        await enter();
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(dir, `${name}-${width}-${colorScheme}.png`) });
        }
        await leave();
      }
    }
    expect(scene.mara.errors.filter((error) => !/ERR_FAILED/.test(error))).toEqual([]);
  } finally {
    await scene.stop();
  }
}, 600_000);

afterAll(async () => {
  await busy.stop();
  await browser?.close();
  await server.stop();
});
