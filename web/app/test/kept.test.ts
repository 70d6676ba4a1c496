import { beforeEach, expect, test } from "vitest";
import { Kept } from "../src/kept";

class Memory implements Storage {
  readonly #all = new Map<string, string>();
  full = false;
  get length(): number {
    return this.#all.size;
  }
  key(i: number): string | null {
    return [...this.#all.keys()][i] ?? null;
  }
  getItem(key: string): string | null {
    return this.#all.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new Error("QuotaExceededError");
    this.#all.set(key, value);
  }
  removeItem(key: string): void {
    this.#all.delete(key);
  }
  clear(): void {
    this.#all.clear();
  }
}

let storage: Memory;
let kept: Kept;
const NOW = 1_800_000_000_000;
const send = (n: number, writtenMs = NOW) => ({ gid: 7, cmid: new Uint8Array(16).fill(n), body: Uint8Array.of(10, 1, n), writtenMs });

beforeEach(() => {
  storage = new Memory();
  kept = new Kept(5, storage);
});

test("a draft lies by group and person, with what it answers and whom it names", () => {
  const draft = { text: "@Ann yes", names: [["@Ann", 3]] as [string, number][], about: { seq: 4, edits: false } };
  kept.keepDraft(7, draft);
  expect(new Kept(5, storage).draft(7)).toEqual(draft);
  expect([kept.draft(8), new Kept(6, storage).draft(7)]).toEqual([undefined, undefined]);
  kept.keepDraft(7, { text: "", names: [] });
  expect(storage.length).toBe(0);
});

test("what waits is there for the next page, oldest first, and goes once it is stored", () => {
  expect(kept.keepUnsent([send(2, NOW + 1), send(1)])).toBe(true);
  const next = new Kept(5, storage);
  expect(next.unsent(NOW)).toEqual([send(1), send(2, NOW + 1)]);
  next.keepUnsent([send(2, NOW + 1)]);
  expect(new Kept(5, storage).unsent(NOW)).toEqual([send(2, NOW + 1)]);
});

test("one tab does not take away what another has written", () => {
  const other = new Kept(5, storage);
  kept.keepUnsent([send(1)]);
  other.keepUnsent([send(2)]);
  other.keepUnsent([]);
  expect(new Kept(5, storage).unsent(NOW)).toEqual([send(1)]);
});

test("what is too old for the server is offered all the same, so that its writer is asked", () => {
  const old = send(1, NOW - 8 * 24 * 3_600_000);
  kept.keepUnsent([old]);
  expect(new Kept(5, storage).unsent(NOW)).toEqual([old]);
});

test("what nobody has answered for two months, or what is broken, goes", () => {
  kept.keepUnsent([send(1, NOW - 61 * 24 * 3_600_000)]);
  storage.setItem("stentor.unsent.5.ff", "{");
  expect(new Kept(5, storage).unsent(NOW)).toEqual([]);
  expect(storage.length).toBe(0);
});

test("without room it says so, and the page asks before it goes", () => {
  storage.full = true;
  expect(kept.keepUnsent([send(1)])).toBe(false);
});

test("whoever signs out leaves nothing of theirs, and everything of others", () => {
  kept.keepDraft(7, { text: "x", names: [] });
  kept.keepUnsent([send(1)]);
  new Kept(6, storage).keepDraft(7, { text: "y", names: [] });
  kept.forget();
  expect(storage.length).toBe(1);
  expect(new Kept(6, storage).draft(7)?.text).toBe("y");
});
