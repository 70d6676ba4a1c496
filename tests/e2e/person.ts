// Somebody with a browser of his own.

import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { eventually } from "./server";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell";

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export interface Shown {
  seq: number;
  text: string;
}

export class Person {
  readonly errors: string[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async signUp(browser: Browser, address: string, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    const person = new Person(name, context, page);
    page.on("pageerror", (error) => person.errors.push(String(error)));
    page.on("console", (message) => {
      // A server that is being killed refuses connections; the browser writes that into the console.
      if (message.type() === "error" && !message.text().includes("WebSocket")) person.errors.push(message.text());
    });
    await page.goto(address);
    await page.fill("#name", name);
    await page.fill("#password", "correct horse battery");
    await page.click('button[type="submit"]');
    await page.waitForSelector('[data-connection="online"]', { timeout: 20_000 });
    return person;
  }

  async create(group: string): Promise<string> {
    await this.page.click('button[aria-label="New group"]');
    await this.page.fill("#answer", group);
    await this.page.click('dialog button[type="submit"]');
    await this.page.waitForSelector(".conversation textarea:visible");
    await this.page.waitForURL(/#\/g\/\d+$/);
    return this.page.url();
  }

  // By a link, which asks first.
  async join(link: string): Promise<void> {
    await this.page.goto(link);
    await this.page.click(".card .primary");
    await this.page.waitForSelector(".conversation textarea:visible");
  }

  async say(text: string): Promise<void> {
    await this.page.fill(".composer textarea", text);
    const touch = await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
    if (touch) await this.page.tap(".send");
    else await this.page.press(".composer textarea", "Enter");
  }

  // What is numbered, from top to bottom.
  shown(): Promise<Shown[]> {
    return this.page.$$eval(".row[data-seq]", (rows) =>
      rows.map((row) => ({ seq: Number(row.getAttribute("data-seq")), text: row.querySelector(".text")?.textContent ?? "" })),
    );
  }

  pending(): Promise<string[]> {
    return this.page.$$eval(".row.pending", (rows) => rows.map((row) => row.querySelector(".text")?.textContent ?? ""));
  }

  // The number up to which the page says that it has checked everything; 0 while it does not.
  async verified(): Promise<number> {
    const mark = await this.page.$('.verified[data-fits="true"]');
    return Number((await mark?.getAttribute("data-seq")) ?? 0);
  }

  async sees(text: string, withinMs = 30_000): Promise<void> {
    await eventually(`${this.name} sees "${text}"`, async () => (await this.shown()).some((row) => row.text === text), withinMs);
  }

  async settled(): Promise<void> {
    await eventually(`${this.name} has nothing pending`, async () => (await this.pending()).length === 0);
  }
}
