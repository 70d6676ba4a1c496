// A server with one build of the page: somebody with many groups, and others who talk in one of them.

import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { decodeBody } from "@stentor/sdk";
import { enter, sdkClient, type Account } from "../account";
import { eventually, Server } from "../server";

const PUSHER = fileURLToPath(new URL("pusher.mjs", import.meta.url));
const SPEAKERS = 8;
const HISTORY = 300;
const LIMITS = ["--accounts-per-minute", "10000", "--sends-per-second", "1000", "--sends-burst", "1000", "--set", "media.file_mb=64"];

export class Stage {
  readonly gids: number[] = [];
  readonly #server: Server;
  readonly #speakers: Account[] = [];
  #reader: Account | undefined;
  #key = "";

  constructor(
    // Of the page.
    readonly name: string,
    private readonly executable: string,
    page?: string,
  ) {
    this.#server = new Server(LIMITS, page);
  }

  get http(): string {
    return this.#server.http;
  }
  // The one in which they talk.
  get gid(): number {
    return this.gids[0] ?? 0;
  }

  async start(groups: number): Promise<void> {
    process.env["STENTOR_SERVER"] = this.executable;
    await this.#server.start();
    this.#reader = await enter(this.#server, "sign-up", "Reader");
    for (let i = 0; i < groups; ++i) this.gids.push(Number(this.#stentor("group", "create", `Group ${i + 1}`, "Reader").match(/\d+/)?.[0]));
    for (let i = 0; i < SPEAKERS; ++i) this.#speakers.push(await this.#joined(`Speaker ${i + 1}`));
    this.#key = this.#stentor("key", "add", "bench", "--scope", "group,as", "--per-second", "1000").split(/\s/).at(-1) ?? "";
    await this.push(500, HISTORY).ended;
  }

  // Into the group in which they talk. `stop` ends it before its count is reached; `ended` says how it went.
  push(rate: number, count = 0): { ended: Promise<{ said: number; refused: number; seconds: number }>; stop(): void } {
    const uids = this.#speakers.map(({ uid }) => String(uid));
    const child = spawn(process.execPath, [PUSHER, this.http, this.#key, String(this.gid), String(rate), String(count), ...uids], { stdio: ["ignore", "pipe", "inherit"] });
    let told = "";
    child.stdout.on("data", (bytes: Buffer) => (told += bytes.toString()));
    const ended = new Promise<{ said: number; refused: number; seconds: number }>((resolve, failed) => {
      child.once("close", () => {
        if (told === "") return failed(new Error("nothing was pushed"));
        const outcome = JSON.parse(told) as { said: number; refused: number; seconds: number };
        return outcome.refused > 0 ? failed(new Error(`${outcome.refused} of ${outcome.said} messages were refused`)) : resolve(outcome);
      });
    });
    ended.catch(() => {});
    return { ended, stop: () => void child.kill("SIGTERM") };
  }

  // A browser of its own, in which the reader is signed in; nothing of the page is kept in it yet.
  async context(browser: Browser): Promise<BrowserContext> {
    const { uid, name, token, expires_ms: expiresMs } = this.#reader ?? {};
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
    await context.addInitScript((account) => localStorage.setItem("stentor.account", account), JSON.stringify({ uid, name, token, expiresMs }));
    return context;
  }

  // The page, with the group open, at its newest message, wherever reading was left before.
  async open(browser: Browser): Promise<Page> {
    const page = await (await this.context(browser)).newPage();
    await page.goto(`${this.http}/#/g/${this.gid}`);
    await page.waitForSelector('[data-connection="online"]');
    await page.waitForSelector(".row[data-seq]");
    await eventually("the newest are followed", () => page.evaluate(() => {
      const jump = document.querySelector<HTMLElement>(".jump");
      if (jump?.hidden === false) jump.click();
      return jump?.hidden === true;
    }));
    return page;
  }

  // The newest of the log, as another member reads them.
  async texts(count: number): Promise<string[]> {
    const [speaker] = this.#speakers;
    if (!speaker) throw new Error("nobody speaks");
    const client = sdkClient(this.#server, speaker);
    const group = client.group(this.gid);
    await eventually("its log is read", async () => {
      if (group.state === "open" && group.log.first > Math.max(1, group.head - count)) group.history.older();
      return group.state === "open" && group.log.first <= Math.max(1, group.head - count);
    });
    client.connection.stop();
    return group.log.entries.slice(-count).map(({ body }) => decodeBody(body)?.text ?? "");
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #joined(name: string): Promise<Account> {
    const account = await enter(this.#server, "sign-up", name);
    const client = sdkClient(this.#server, account);
    await eventually(`${name} is connected`, async () => client.connection.state.name === "online");
    const ready = await new Promise((answered) => client.entrance.join(this.gid, answered));
    if (typeof ready !== "object" || ready === null || !("gid" in ready)) throw new Error(`${name} was not let in`);
    client.connection.stop();
    return account;
  }

  #stentor(...args: string[]): string {
    return execFileSync(this.executable, [...args, "--data", this.#server.data], { encoding: "utf8" }).trim();
  }
}
