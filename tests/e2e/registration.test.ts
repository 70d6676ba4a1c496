// Sign-up is closed: the page asks for a registration token once the server has said so.

import { execFileSync } from "node:child_process";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "./person";
import { Server } from "./server";

const server = new Server(["--set", "accounts.sign_up=false"]);
let browser: Browser;

beforeAll(async () => {
  await server.start();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test.each([
  ["en-GB", "Ann", "This registration token is not valid any more."],
  ["zh-CN", "安", "注册令牌已失效。"],
])("in %s a token makes an account where sign-up is closed, and only once", async (locale, name, refused) => {
  const made = execFileSync(process.env["STENTOR_SERVER"] ?? "", ["registration", "add", "May", "--data", server.data], { encoding: "utf8" });
  const token = made.trim().split("\n").at(-1) ?? "";
  const enter = async (who: string) => {
    const page = await (await browser.newContext({ locale })).newPage();
    await page.goto(server.http);
    await page.fill("#name", who);
    await page.fill("#password", "correct horse battery");
    expect(await page.isVisible("#registration")).toBe(false);
    await page.click('button[type="submit"]');
    await page.waitForSelector("#registration");
    await page.fill("#registration", token);
    await page.click('button[type="submit"]');
    return page;
  };
  const first = await enter(name);
  await first.waitForSelector(".sidebar");
  const second = await enter(`${name} 2`);
  await second.waitForSelector(`text="${refused}"`);
}, 60_000);
