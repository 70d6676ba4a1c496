// Somebody with a browser of their own.

import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page, type WebSocketRoute } from "playwright-core";
import { eventually } from "./server";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell";

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  });
}

export interface Shown {
  seq: number;
  text: string;
}

export interface Device extends BrowserContextOptions {
  // Goes away and comes back: its socket leads through the test, which can cut it.
  leaves?: boolean;
  // Answers some of what the page says in the server's place.
  answers?: (said: Uint8Array) => Uint8Array | undefined;
}

export class Person {
  readonly errors: string[] = [];
  readonly #sockets = new Set<WebSocketRoute>();
  #away = false;

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static signUp(browser: Browser, address: string, name: string, options: Device = {}): Promise<Person> {
    return Person.#enter(browser, address, name, options, false);
  }

  // Another device of somebody who has signed up.
  static signIn(browser: Browser, address: string, name: string, options: Device = {}): Promise<Person> {
    return Person.#enter(browser, address, name, options, true);
  }

  static async #enter(browser: Browser, address: string, name: string, options: Device, known: boolean): Promise<Person> {
    const { leaves = false, answers, ...rest } = options;
    const context = await browser.newContext({ locale: "en-GB", serviceWorkers: "block", ...rest });
    const page = await context.newPage();
    const person = new Person(name, context, page);
    page.on("pageerror", (error) => person.errors.push(String(error)));
    page.on("console", (message) => {
      // A server that is being killed refuses connections; the browser writes that into the console.
      if (message.type() === "error" && !message.text().includes("WebSocket")) person.errors.push(message.text());
    });
    if (leaves || answers) await page.routeWebSocket(/\/ws$/, (socket) => person.#connecting(socket, answers));
    await page.goto(address);
    if (known) await page.click(".switch button");
    await page.fill("#name", name);
    await page.fill("#password", "correct horse battery");
    await page.click('button[type="submit"]');
    await page.waitForSelector('[data-connection="online"]', { timeout: 20_000 });
    return person;
  }

  // The network is gone: what is connected ends, and nothing connects.
  async goAway(): Promise<void> {
    this.#away = true;
    for (const socket of this.#sockets) await socket.close();
    await this.page.waitForSelector('[data-connection="waiting"]');
  }

  async comeBack(): Promise<void> {
    this.#away = false;
    await this.page.evaluate(() => window.dispatchEvent(new Event("online")));
    await this.page.waitForSelector('[data-connection="online"]', { timeout: 20_000 });
  }

  #connecting(socket: WebSocketRoute, answers: Device["answers"]): void {
    if (this.#away) return void socket.close();
    this.#sockets.add(socket);
    const server = socket.connectToServer();
    if (answers) {
      socket.onMessage((said) => {
        const answer = typeof said === "string" ? undefined : answers(said);
        if (answer) socket.send(Buffer.from(answer));
        else server.send(said);
      });
    }
    socket.onClose(() => {
      this.#sockets.delete(socket);
      void server.close();
    });
  }

  async create(group: string): Promise<string> {
    await this.page.click('button[aria-label="New group"]');
    await this.page.fill("#answer", group);
    const before = this.page.url();
    await this.page.click('dialog button[type="submit"]');
    // Until the answer is here the page shows the group before, and its address.
    await this.page.waitForURL((url) => url.href !== before && /#\/g\/\d+$/.test(url.hash));
    await this.page.waitForSelector(".conversation textarea:visible");
    return this.page.url();
  }

  // By a link, which asks first.
  // Where only the fragment differs the page stays, and for a moment shows the card of the group before.
  async askToJoin(link: string): Promise<void> {
    await this.page.goto(link);
    const gid = /#\/g\/(\d+)/.exec(link)?.[1] ?? "";
    await this.page.click(`.card:has-text("${gid}") .primary`);
  }

  async join(link: string): Promise<void> {
    await this.askToJoin(link);
    await this.page.waitForSelector(".conversation textarea:visible");
  }

  async say(text: string): Promise<void> {
    await this.page.fill(".composer textarea", text);
    const touch = await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
    if (touch) await this.page.tap(".send");
    else await this.page.press(".composer textarea", "Enter");
  }

  row(text: string): Locator {
    return this.page.locator(".row[data-seq]").filter({ has: this.page.locator(`.text:text-is(${JSON.stringify(text)})`) }).last();
  }

  // Something out of the menu of a message.
  async act(text: string, what: string): Promise<void> {
    await this.row(text).hover();
    await this.row(text).locator(".more").click();
    await this.page.click(`.menu [role="menuitem"]:is(:text-is(${JSON.stringify(what)}), [aria-label=${JSON.stringify(what)}])`);
  }

  async actOnGroup(what: string): Promise<void> {
    await this.page.click(".tools .more");
    await this.page.click(`.menu [role="menuitem"]:text-is(${JSON.stringify(what)})`);
  }

  // Something out of the menu of a member, from the list of members, which stays open.
  async actOnMember(name: string, what: string): Promise<void> {
    if ((await this.page.$(".people")) === null) await this.actOnGroup("Members");
    await this.page.click(`.people li:has-text(${JSON.stringify(name)}) .more`);
    await this.page.click(`.menu [role="menuitem"]:text-is(${JSON.stringify(what)})`);
  }

  async closeDialog(): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.page.waitForSelector("dialog", { state: "detached" });
  }

  async seesOn(text: string, selector: string, withinMs = 30_000): Promise<void> {
    const words = async () => this.row(text).locator(selector).allTextContents();
    await eventually(`${this.name} sees ${selector} at "${text}"`, async () => (await words()).length > 0, withinMs);
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
