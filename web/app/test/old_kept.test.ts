import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IDBFactory } from "fake-indexeddb";
import { Database } from "../src/database";
import { KeptDrafts } from "../src/kept_drafts";
import { KeptUnsent } from "../src/kept_unsent";
import { takeOld } from "../src/old_kept";

const kept = (n: number, writtenMs: number) => JSON.stringify({ gid: 7, cmid: Array.from({ length: 16 }, () => n), body: [10, 1, n], writtenMs });

beforeEach(() => {
  const all: Record<string, string> = {
    "stentor.draft.5.7": JSON.stringify({ text: "half", names: [] }),
    "stentor.draft.6.7": JSON.stringify({ text: "of another account", names: [] }),
    "stentor.unsent.5.0b": kept(2, 20),
    "stentor.unsent.5.0a": kept(1, 10),
    "stentor.unsent.5.0c": "{",
  };
  const storage = { getItem: (key: string) => all[key] ?? null, removeItem: (key: string) => delete all[key] };
  vi.stubGlobal("localStorage", new Proxy(all, { get: (_, name) => storage[name as keyof typeof storage] }));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("what version 0.2 has kept of an account goes into its database, once", async () => {
  const database = await Database.open("stentor.5", new IDBFactory());
  const drafts = new KeptDrafts(database, []);
  const unsent = new KeptUnsent(database, undefined);
  expect(takeOld(5, drafts, unsent).map(({ cmid }) => cmid[0])).toEqual([1, 2]);
  expect([drafts.of(7)?.text, Object.keys(localStorage)]).toEqual(["half", ["stentor.draft.6.7"]]);
  await vi.waitFor(async () => expect(await database?.read(["outbox"], (of) => [of("outbox").count()])).toEqual([2]));
  expect(takeOld(5, drafts, unsent)).toEqual([]);
});
