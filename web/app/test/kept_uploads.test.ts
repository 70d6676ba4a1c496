// Files on their way that outlive their page.

import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Database } from "../src/database";
import { KeptUploads, type TakenUp } from "../src/media/kept_uploads";
import type { Prepared } from "../src/media/pictures";

const DAY_MS = 24 * 3_600_000;
vi.setConfig({ testTimeout: 20_000 });
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 8_000 });

// Those of all pages of a browser: one at a time, in the order in which they asked.
class Locks {
  readonly #tails = new Map<string, Promise<unknown>>();

  request(name: string, { signal }: { signal: AbortSignal }, use: () => Promise<unknown>): Promise<unknown> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const done = before.then(() => (signal.aborted ? undefined : use()));
    this.#tails.set(name, done.catch(() => {}));
    return done;
  }
}

let factory: IDBFactory;
let locks: LockManager;

const page = async () => new KeptUploads(await Database.open("stentor.5", factory), locks);
const file = (bytes: number): Prepared => ({ kind: "image", blob: new Blob([new Uint8Array(bytes).fill(7)], { type: "image/png" }), name: "a.png", width: 3, thumbnail: new Blob(["small"]) });
const stores = async () => {
  const database = await Database.open("stentor.5", factory);
  const [uploads = 0, files = 0] = (await database?.read<[number, number]>(["uploads", "files"], (of) => [of("uploads").count(), of("files").count()])) ?? [];
  database?.close();
  return [uploads, files];
};

beforeEach(() => {
  factory = new IDBFactory();
  locks = new Locks() as unknown as LockManager;
  vi.stubGlobal("navigator", {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the next page takes up what one has left, with how far it was", async () => {
  const first = await page();
  const key = (await first.keep(7, file(1_000)))!;
  const sha256 = new Uint8Array(32).fill(9);
  first.note(key, { id: "u1", sha256, pausedAt: 500 });
  const taken: TakenUp[] = [];
  const second = await page();
  await second.follow((one) => taken.push(one));
  await new Promise((done) => setTimeout(done, 50));
  // Not as long as the first has it in hand.
  expect(taken).toEqual([]);
  first.close();
  await soon(() => expect(taken).toHaveLength(1));
  expect(taken[0]).toMatchObject({ key, row: { gid: 7, id: "u1", sha256, pausedAt: 500 }, made: { kind: "image", name: "a.png", width: 3 } });
  expect(taken[0]?.made.blob.size).toBe(1_000);
  expect(await taken[0]?.made.thumbnail?.text()).toBe("small");
});

test("what was given up or sent is gone, for a page that waits for it too", async () => {
  const first = await page();
  const key = (await first.keep(7, file(1_000)))!;
  const taken: TakenUp[] = [];
  const second = await page();
  await second.follow((one) => taken.push(one));
  first.drop([key]);
  await soon(async () => expect(await stores()).toEqual([0, 0]));
  // It comes too late.
  first.note(key, { id: "u1", sha256: undefined, pausedAt: undefined });
  first.close();
  await new Promise((done) => setTimeout(done, 50));
  expect(taken).toEqual([]);
  expect(await stores()).toEqual([0, 0]);
});

test("what nobody has sent for a week is dropped, as is what is no upload", async () => {
  const first = await page();
  vi.setSystemTime(Date.now() - 8 * DAY_MS);
  await first.keep(7, file(10));
  vi.useRealTimers();
  const database = await Database.open("stentor.5", factory);
  await database?.write(["uploads"], (of) => of("uploads").put("nonsense", "k"));
  first.close();
  const taken: TakenUp[] = [];
  await (await page()).follow((one) => taken.push(one));
  await soon(async () => expect(await stores()).toEqual([0, 0]));
  expect(taken).toEqual([]);
});

test("neither many nor large files fill the disk, and without a database none is kept", async () => {
  const first = await page();
  const large = { size: 600 * 1024 * 1024, type: "" } as Blob;
  expect(await first.keep(7, { kind: "file", blob: large, name: "film" })).toBeUndefined();
  for (let i = 0; i < 40; i++) expect(await first.keep(7, file(1))).toBeTypeOf("string");
  expect(await first.keep(7, file(1))).toBeUndefined();
  expect(await new KeptUploads(undefined, locks).keep(7, file(1))).toBeUndefined();
});

test("where the browser leaves little room, none is kept", async () => {
  vi.stubGlobal("navigator", { storage: { estimate: () => Promise.resolve({ quota: 1_000_000, usage: 490_000 }) } });
  const first = await page();
  expect(await first.keep(7, file(20_000))).toBeUndefined();
  expect(await first.keep(7, file(100))).toBeTypeOf("string");
});
