// A push service of the test's own, and the browser's half of a subscription to it: what comes is decrypted as a
// browser does (RFC 8291), and its sender checked as a push service does (RFC 8292).

import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Pushed {
  headers: IncomingHttpHeaders;
  payload: Record<string, unknown>;
  // Who the sender says that it is, when its signature holds.
  claims: { aud: string; sub: string; exp: number };
}

const SALT = 16;
const TAG = 16;

export class PushService {
  readonly pushed: Pushed[] = [];
  // The next answers; then 201.
  readonly statuses: number[] = [];
  asked = 0;
  readonly auth = randomBytes(16);
  readonly #keys = createECDH("prime256v1");
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      this.asked += 1;
      const status = this.statuses.shift() ?? 201;
      if (status === 201) this.pushed.push({ headers: request.headers, payload: this.#decrypted(Buffer.concat(parts)), claims: claimsOf(request.headers.authorization ?? "") });
      response.writeHead(status).end();
    });
  });

  constructor() {
    this.#keys.generateKeys();
  }

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  subscription(browser = "phone"): { endpoint: string; p256dh: string; auth: string } {
    const { port } = this.#server.address() as AddressInfo;
    return { endpoint: `http://127.0.0.1:${port}/p/${browser}`, p256dh: this.#keys.getPublicKey("base64url"), auth: this.auth.toString("base64url") };
  }

  #decrypted(message: Buffer): Record<string, unknown> {
    const salt = message.subarray(0, SALT);
    const keyBytes = message[SALT + 4] ?? 0;
    const sender = message.subarray(SALT + 5, SALT + 5 + keyBytes);
    const sealed = message.subarray(SALT + 5 + keyBytes);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.#keys.getPublicKey(), sender]);
    const keying = Buffer.from(hkdfSync("sha256", this.#keys.computeSecret(sender), this.auth, info, 32));
    const key = Buffer.from(hkdfSync("sha256", keying, salt, "Content-Encoding: aes128gcm\0", 16));
    const nonce = Buffer.from(hkdfSync("sha256", keying, salt, "Content-Encoding: nonce\0", 12));
    const opened = createDecipheriv("aes-128-gcm", key, nonce).setAuthTag(sealed.subarray(-TAG));
    const record = Buffer.concat([opened.update(sealed.subarray(0, -TAG)), opened.final()]);
    if (record.at(-1) !== 2) throw new Error("it is not the last record");
    return JSON.parse(record.subarray(0, -1).toString()) as Record<string, unknown>;
  }
}

function claimsOf(header: string): Pushed["claims"] {
  const [, jwt = "", key = ""] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  const holds = verify("sha256", Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  if (!holds) throw new Error(`no signature of the key: ${header}`);
  return JSON.parse(Buffer.from(claims, "base64url").toString()) as Pushed["claims"];
}
