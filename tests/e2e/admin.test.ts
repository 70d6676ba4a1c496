// The operator's page on the private listener, and what they do there seen by a member.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAdmin, stentorAt } from "./operator";
import { launch, Person } from "./person";
import { ADMIN_PAGE, eventually, Server } from "./server";

const server = new Server(["--admin-web", ADMIN_PAGE]);
let browser: Browser;

beforeAll(async () => {
  await server.start();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const stentor = stentorAt(server);
const open = (locale: string) => openAdmin(browser, server, locale);

test("a wrong key opens nothing", async () => {
  const { page } = await open("zh-CN");
  await page.fill("#key", "0".repeat(64));
  await page.click('button[type="submit"]');
  await page.waitForSelector('text="这不是此服务器的密钥。"');
});

test("what the operator writes is seen on an open page at once, by whichever way they write it", async () => {
  const bob = await Person.signUp(browser, server.http, "Bob");
  const gid = /\d+$/.exec(await bob.create("Notices"))?.[0] ?? "";
  await bob.say("hello");
  await bob.settled();

  const { page, errors } = await open("en-GB");
  const key = stentor("token", "--admin");
  await page.fill("#key", key);
  await page.click('button[type="submit"]');
  await page.click('nav >> text="Groups"');
  await page.click('tr:has-text("Notices") >> text="Open"');
  await page.fill('form:has-text("Send") input', "from the page");
  await page.press('form:has-text("Send") input', "Enter");
  await bob.sees("from the page", 5_000);
  stentor("group", "send", gid, "from the shell");
  await bob.sees("from the shell", 5_000);
  const token = stentor("key", "add", "crm", "--scope", "group", "--user", "Bob").split(/\s/).at(-1) ?? "";
  const pushed = await fetch(`${server.http}/api/v1/push/groups/${gid}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ text: "from another system" }),
  });
  expect(pushed.ok).toBe(true);
  await bob.sees("from another system", 5_000);
  expect((await bob.shown()).map(({ seq, text }) => `${seq} ${text}`)).toEqual(["1 hello", "2 from the page", "3 from the shell", "4 from another system"]);
  expect(await bob.verified()).toBe(4);
  expect(await bob.row("from the page").locator(".author").textContent()).toBe("The operator");
  await bob.act("from the page", "Delete for me");

  stentor("group", "announce", "The server restarts at noon");
  await bob.page.click('.groups li:has-text("Announcements") a');
  await bob.sees("The server restarts at noon", 5_000);
  expect(await bob.page.isVisible(".composer textarea")).toBe(false);
  await bob.act("The server restarts at noon", "React with 👍");
  await bob.page.waitForSelector('.reaction[aria-pressed="true"]');
  await bob.page.goto(`${server.http}/#/g/${gid}`);
  await bob.sees("from the shell", 5_000);
  expect((await bob.shown()).map(({ seq }) => seq)).toEqual([1, 3, 4]);
  expect([...errors, ...bob.errors]).toEqual([]);
  await bob.context.close();
}, 120_000);

test("charts live, a group is looked at, an account is disabled and enabled", async () => {
  const ann = await Person.signUp(browser, server.http, "Ann");
  const gid = /\d+$/.exec(await ann.create("Book club"))?.[0] ?? "";
  await ann.say("hello");
  await ann.settled();

  const { page, errors } = await open("en-GB");
  await page.fill("#key", stentor("token", "--admin"));
  await page.click('button[type="submit"]');

  const connections = page.locator('[data-chart="connections"] .value');
  await eventually("one connection is shown", async () => (await connections.textContent()) === "1");
  await eventually("a line is drawn", async () => ((await page.locator('[data-chart="memory"] .line').getAttribute("d")) ?? "").split("L").length > 2);

  await page.click('nav >> text="Groups"');
  await page.click('tr:has-text("Book club") >> text="Open"');
  await page.waitForSelector('tr:has-text("Ann") >> text="Kick"');
  stentor("group", "ban", gid, "Bob");
  await page.selectOption('select[name="state"]', "true");
  await page.click('tr:has-text("Bob") >> text="Lift ban"');
  await eventually("nobody is banned any more", async () => (await page.locator('tr:has-text("Bob")').count()) === 0);

  await page.click('nav >> text="Accounts"');
  await page.click('tr:has-text("Ann") >> text="Disable"');
  await page.waitForSelector('tr:has-text("Ann") >> text="Enable"');
  expect(stentor("user", "list")).toMatch(/\tdisabled\tAnn$/m);
  await page.click('tr:has-text("Ann") >> text="Enable"');
  await page.waitForSelector('tr:has-text("Ann") >> text="Disable"');

  await page.click('tr:has-text("Ann") summary');
  await page.click('tr:has-text("Ann") >> text="Erase for good"');
  await page.waitForSelector("text=/messages erased, 1 groups left/");
  await eventually("the text is gone from the member's page", async () => (await ann.page.locator('text="hello"').count()) === 0);

  await page.click('nav >> text="Registration"');
  await page.fill('.registration input[name="name"]', "Class of May");
  await page.click('text="New token"');
  await page.waitForSelector("text=/^str_/");
  await page.click('tr:has-text("Class of May") >> text="End"');
  await eventually("the token is gone", async () => (await page.locator('tr:has-text("Class of May")').count()) === 0);
  expect(errors).toEqual([]);
}, 120_000);

test("an address is banned by keyboard, until when and why stands there, and it is lifted", async () => {
  const cho = await Person.signUp(browser, server.http, "Cho");
  const { page, errors } = await open("en-GB");
  await page.fill("#key", stentor("token", "--admin"));
  await page.press("#key", "Enter");
  await page.focus('nav >> text="Banned addresses"');
  await page.keyboard.press("Enter");
  const write = async (network: string, reason: string, hours: string) => {
    await page.focus('input[name="network"]');
    for (const text of [network, reason, hours]) {
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
  };
  await write("here and there", "floods", "2");
  await page.waitForSelector("text=/no address and no network/");
  expect(await page.evaluate(() => [document.activeElement?.getAttribute("name"), document.activeElement?.getAttribute("aria-invalid")])).toEqual(["network", "true"]);
  await write("0.0.0.0/0", "everybody", "2");
  await page.waitForSelector("text=/too wide: \\/8 is the widest/");

  await write("127.0.0.0/30", "floods <b>by the thousand</b>", "2");
  const row = page.locator('tr:has-text("127.0.0.0/30")');
  await row.waitFor();
  expect(await row.locator("td").allTextContents()).toEqual(["127.0.0.0/30", "floods <b>by the thousand</b>", expect.stringMatching(/\d/), "banned", "Lift ban"]);
  expect(await page.inputValue('input[name="network"]')).toBe("");
  expect(stentor("ban", "list")).toMatch(/^127\.0\.0\.0\/30\t\S+\tbanned\tfloods/);
  await eventually("whoever is in is put out", async () => (await cho.page.locator('[data-connection="online"]').count()) === 0);
  if (process.env["STENTOR_SCREENS"]) await page.screenshot({ path: `${process.env["STENTOR_SCREENS"]}/bans.png` });

  await row.locator('button:has-text("Lift ban")').focus();
  await page.keyboard.press("Enter");
  await eventually("nobody is banned", async () => (await row.count()) === 0);
  expect(stentor("ban", "list")).toBe("");
  // Bans are looked at twice a second.
  await eventually("whoever was banned is let in", async () => (await fetch(`${server.http}/healthz`)).status === 200);
  expect(errors).toEqual([]);
  await cho.context.close();
}, 120_000);

test("a ban that is not there any more is said to be gone, in Chinese too", async () => {
  const { page } = await open("zh-CN");
  await page.fill("#key", stentor("token", "--admin"));
  await page.press("#key", "Enter");
  stentor("ban", "add", "192.0.2.7", "x");
  await page.click('nav >> text="封禁地址"');
  await page.waitForSelector('tr:has-text("192.0.2.7")');
  stentor("ban", "end", "192.0.2.7");
  await page.click('tr:has-text("192.0.2.7") >> text="解除封禁"');
  await page.waitForSelector('text="此地址已不在封禁之列。"');
  await eventually("the list is read again", async () => (await page.locator('tr:has-text("192.0.2.7")').count()) === 0);
}, 60_000);
