// The operator's page in a browser.

import { execFileSync } from "node:child_process";
import type { Browser, Page } from "playwright-core";
import type { Server } from "./server";

export interface Opened {
  page: Page;
  errors: string[];
  // What the page wanted to be sure of; each was answered with yes.
  asked: string[];
}

// What the command line answers about this server.
export function stentorAt(server: Server): (...args: string[]) => string {
  return (...args) => execFileSync(process.env["STENTOR_SERVER"] ?? "", [...args, "--data", server.data], { encoding: "utf8" }).trim();
}

// With nobody's key yet.
export async function openAdmin(browser: Browser, server: Server, locale: string): Promise<Opened> {
  const page = await (await browser.newContext({ locale })).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.accept();
  });
  await page.goto(server.admin);
  return { page, errors, asked };
}

// As somebody with a name, who is at the overview then.
export async function enterAdmin(browser: Browser, server: Server, name = ""): Promise<Opened> {
  const opened = await openAdmin(browser, server, "en-GB");
  await opened.page.fill("#key", stentorAt(server)("token", "--admin"));
  await opened.page.fill("#operator", name);
  await opened.page.press("#key", "Enter");
  await opened.page.waitForSelector("nav");
  return opened;
}
