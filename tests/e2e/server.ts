// The real server, as a process of its own on a port that the system gives.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const READY_WITHIN_MS = 20_000;
export const PAGE = fileURLToPath(new URL("../../web/app/dist", import.meta.url));
export const ADMIN_PAGE = fileURLToPath(new URL("../../web/admin/dist", import.meta.url));

export class Server {
  readonly #dir = mkdtempSync(join(tmpdir(), "stentor-e2e-"));
  #process: ChildProcess | undefined;
  #port = 0;
  #logFrom = 0;
  log = "";

  // `page`: the folder of a build of it.
  constructor(
    private readonly extra: string[] = [],
    private readonly page = PAGE,
  ) {}

  get http(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  get ws(): string {
    return `ws://127.0.0.1:${this.#port}/ws`;
  }

  get data(): string {
    return join(this.#dir, "data");
  }
  // The private listener's.
  get admin(): string {
    return readFileSync(join(this.data, "admin-address"), "utf8").trim();
  }

  // On the port that it had before, if it had one.
  async start(): Promise<void> {
    const args = ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.#port}`, "--web", this.page, ...this.extra];
    const child = spawn(process.env["STENTOR_SERVER"] ?? "", args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    await new Promise<void>((ready, failed) => {
      const timer = setTimeout(() => failed(new Error(`not ready in time: ${this.log}`)), READY_WITHIN_MS);
      const heard = (bytes: Buffer) => {
        this.log += bytes.toString();
        const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.log.slice(this.#logFrom))?.[1];
        if (!port) return;
        this.#port = Number(port);
        clearTimeout(timer);
        ready();
      };
      child.stdout?.on("data", heard);
      child.stderr?.on("data", heard);
      child.once("exit", (code) => failed(new Error(`ended with ${code}: ${this.log}`)));
      child.once("error", failed);
    });
  }

  // kill -9: nothing is said to anybody.
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
    this.#logFrom = this.log.length;
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(hard);
  }
}

// Polls: most of what is waited for happens in another process.
export async function eventually<T>(what: string, check: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const value = await check().catch(() => undefined);
    if (value !== undefined && value !== false) return value;
    if (Date.now() > untilMs) throw new Error(`did not happen within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
