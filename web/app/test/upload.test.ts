// A file's way to a server that is cut off, forgets, refuses.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nextPart, Upload } from "../src/media/upload";

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

type Answer = { status: number; body: object };

// What the server holds of one upload, and what befalls requests on their way.
class FakeServer {
  held = new Uint8Array();
  begun = 0;
  readonly asked: string[] = [];
  // Lost on the way there, or the answer on the way back.
  befalls: (what: string) => "lost" | "unanswered" | Answer | undefined = () => undefined;

  fetch = async (address: string, init: RequestInit): Promise<Response> => {
    init.signal?.throwIfAborted();
    const what = `${init.method} ${address.replace("/api/v1/", "")}`;
    this.asked.push(what);
    const fate = this.befalls(what);
    if (fate === "lost") throw new TypeError("network");
    const { status, body } = typeof fate === "object" ? fate : await this.#answer(what, init.body);
    if (fate === "unanswered") throw new TypeError("network");
    return new Response(JSON.stringify(body), { status });
  };

  async #answer(what: string, body: unknown): Promise<Answer> {
    if (what === "POST uploads") {
      this.begun++;
      this.held = new Uint8Array();
      return { status: 201, body: this.#progress() };
    }
    if (this.begun === 0) return { status: 404, body: { code: "NOT_FOUND", number: 403 } };
    if (what === "GET uploads/u1") return { status: 200, body: this.#progress() };
    const offset = /parts\?offset=(\d+)$/.exec(what)?.[1];
    if (offset !== undefined) {
      if (Number(offset) !== this.held.length) return { status: 409, body: { number: 405, field: "offset", limit: this.held.length } };
      this.held = Uint8Array.from([...this.held, ...new Uint8Array(await (body as Blob).arrayBuffer())]);
      return { status: 200, body: this.#progress() };
    }
    expect(JSON.parse(String(body))).toEqual({ sha256: createHash("sha256").update(this.held).digest("hex") });
    return { status: 200, body: { address: "/api/v1/media/x", media_type: "image/png", size: this.held.length, sha256: SHA256 } };
  }

  #progress(): object {
    return { id: "u1", offset: this.held.length, size: BYTES.length, part_bytes: 262_144 };
  }
}

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  vi.useFakeTimers();
  vi.stubGlobal("fetch", server.fetch);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function upload(): Upload {
  return new Upload(7, new Blob([BYTES], { type: "image/png" }), "cat.png", () => undefined);
}

// Lets everything run that can, timers too.
async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !done(); i++) await vi.advanceTimersByTimeAsync(50);
  expect(done()).toBe(true);
}

test("a file arrives whole, in parts that grow on a quick line", async () => {
  const one = upload();
  one.start();
  await until(() => one.state === "done");
  expect(createHash("sha256").update(server.held).digest("hex")).toBe(SHA256);
  expect(one.file).toMatchObject({ address: "/api/v1/media/x", mediaType: "image/png", size: BYTES.length });
  expect(Buffer.from(one.file?.sha256 ?? []).toString("hex")).toBe(SHA256);
  expect(server.asked.filter((what) => what.includes("parts")).length).toBeLessThan(4);
});

test("it goes on after cuts, whichever side of the server they were on", async () => {
  let cuts = 0;
  server.befalls = (what) => (cuts < 12 && !what.startsWith("DELETE") ? ([undefined, "lost", "unanswered"] as const)[cuts++ % 3] : undefined);
  const one = upload();
  one.start();
  await until(() => one.state === "done");
  expect(cuts).toBe(12);
  expect(createHash("sha256").update(server.held).digest("hex")).toBe(SHA256);
});

test("paused it sends nothing, and goes on from where the server stands", async () => {
  const one = upload();
  server.befalls = (what) => {
    if (what.endsWith("offset=65536")) one.pause();
    return undefined;
  };
  one.start();
  await until(() => one.state === "paused");
  const asked = server.asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked.length).toBe(asked);
  server.befalls = () => undefined;
  one.resume();
  await until(() => one.state === "done");
  expect(server.begun).toBe(1);
  expect(createHash("sha256").update(server.held).digest("hex")).toBe(SHA256);
});

test("an upload that the server has forgotten begins anew", async () => {
  const one = upload();
  server.befalls = (what) => {
    if (!what.endsWith("offset=65536")) return undefined;
    server.begun = 0;
    server.befalls = () => undefined;
    return "lost";
  };
  one.start();
  await until(() => one.state === "done");
  expect(createHash("sha256").update(server.held).digest("hex")).toBe(SHA256);
});

test("what the server refuses for good is not asked again by itself", async () => {
  server.befalls = (what) => (what === "POST uploads" ? { status: 400, body: { number: 406, field: "size", limit: 100 } } : undefined);
  const one = upload();
  one.start();
  await until(() => one.state === "failed");
  expect(one.refusal).toMatchObject({ code: 406, field: "size", limit: 100 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toEqual(["POST uploads"]);
});

test("a cancelled one is given up on the server too", async () => {
  const one = upload();
  server.befalls = (what) => {
    if (what.endsWith("offset=65536")) one.cancel();
    return undefined;
  };
  one.start();
  await until(() => server.asked.includes("DELETE uploads/u1"));
  const asked = server.asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked.length).toBe(asked);
});

test("parts grow where they are quick and shrink where they are slow, within bounds", () => {
  expect(nextPart(64, 100, 256)).toBe(128);
  expect(nextPart(200, 100, 256)).toBe(256);
  expect(nextPart(65_536, 2_000, 262_144)).toBe(65_536);
  expect(nextPart(65_536, 5_000, 262_144)).toBe(32_768);
  expect(nextPart(16_384, 5_000, 262_144)).toBe(16_384);
});
