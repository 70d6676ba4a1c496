// Debian's nginx with the example configuration of deploy/, its ports and files put in the places of
// the example's, as a process of its own.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "./server";

const EXAMPLE = fileURLToPath(new URL("../../deploy/nginx.conf", import.meta.url));
const PROGRAM = "/usr/sbin/nginx";

export class Nginx {
  static readonly installed = existsSync(PROGRAM);
  readonly #dir = mkdtempSync(join(tmpdir(), "stentor-nginx-"));
  #process: ChildProcess | undefined;
  #port = 0;

  get https(): string {
    return `https://localhost:${this.#port}`;
  }

  // In front of a server at `behind`. Again on the port that it had, if it had one: nginx takes no 0.
  async start(behind: string): Promise<void> {
    if (this.#port === 0) {
      this.#port = await freePort();
      this.#certificate();
    }
    writeFileSync(join(this.#dir, "nginx.conf"), this.#configuration(new URL(behind).host));
    const args = ["-p", this.#dir, "-e", join(this.#dir, "error.log"), "-c", join(this.#dir, "nginx.conf"), "-g", "daemon off;"];
    this.#process = spawn(PROGRAM, args, { stdio: "ignore" });
    await eventually("nginx listens", () => listens(this.#port), 10_000);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #configuration(behind: string): string {
    const replaced = {
      "listen 443 ssl": `listen 127.0.0.1:${this.#port} ssl`,
      "127.0.0.1:8080": behind,
      "/etc/stentor/tls/": `${this.#dir}/`,
      "/run/nginx.pid": join(this.#dir, "nginx.pid"),
    };
    let text = readFileSync(EXAMPLE, "utf8");
    for (const [old, now] of Object.entries(replaced)) {
      if (!text.includes(old)) throw new Error(`${old} is not in deploy/nginx.conf`);
      text = text.replaceAll(old, now);
    }
    return text;
  }

  #certificate(): void {
    const to = (name: string) => join(this.#dir, name);
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", to("key.pem")];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, "-out", to("cert.pem"), ...names], { stdio: "ignore" });
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((answered) => {
    const probe = connect(port, "127.0.0.1", () => {
      probe.destroy();
      answered(true);
    });
    probe.once("error", () => answered(false));
  });
}
