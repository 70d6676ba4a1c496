// Entries far above the page held, fetched one by one or with what stands around them.

import { beforeEach, expect, test } from "vitest";
import type { Entry } from "../src/codec";
import type { Group } from "../src/group";
import type { Failure } from "../src/outcome";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  for (let i = 1; i <= 200; ++i) server.post(GID, `n${i}`);
  group = signIn(server, 1).group(GID);
  world.advance(1_000);
});

const pulls = () => server.asked.filter(({ command }) => command.case === "pull").length;
const around = (seq: number) => {
  let found: readonly Entry[] | Failure = "offline";
  group.entryCache.around(seq, (answer) => (found = answer));
  world.advance(1_000);
  return found;
};
const seqs = (found: readonly Entry[] | Failure) => (Array.isArray(found) ? [found[0]?.seq, found.at(-1)?.seq] : found);
const draw = () => {
  for (let seq = 1; seq <= 20; ++seq) group.entryCache.entry(seq);
};
const falsify = (seq: number, change: Partial<Entry>) => {
  const entry = server.group(GID).entries[seq - 1];
  if (entry) server.group(GID).entries[seq - 1] = { ...entry, ...change };
};

test.each<[string, Partial<Entry>]>([
  ["names another sender", { sender: 12 }],
  ["has other words", { body: Uint8Array.of(10, 1, 65) }],
  ["was said at another time", { timeMs: 5 }],
  ["has another number", { seq: 4 }],
])("an entry that %s than its digest is not taken, and not asked for again with every drawing", (_, change) => {
  falsify(3, change);
  for (let i = 0; i < 5; ++i) {
    expect(group.entryCache.entry(3)).toBeUndefined();
    world.advance(1_000);
  }
  expect(group.entryCache.entry(4)).toBeUndefined();
  expect(around(3)).toEqual([]);
  expect(pulls()).toBe(3);
});

test("what stands around an entry is found as far as there is something", () => {
  server.page = 100;
  expect(seqs(around(3))).toEqual([1, 28]);
  expect(seqs(around(100))).toEqual([75, 125]);
  expect(seqs(around(199))).toEqual([174, 200]);
});

test("an older state of an entry that was recalled does not bring its words back", () => {
  group.entryCache.entry(3);
  world.advance(1_000);
  const before = group.entryCache.entry(3);
  server.edit(GID, 3);
  world.advance(1_000);
  if (before) group.entryCache.change(before);
  expect(group.entryCache.entry(3)?.recalled).toBe(true);
});

test("many that are quoted at once are asked for a few at a time, and all are here in the end", () => {
  draw();
  world.advance(500);
  expect(pulls()).toBeLessThanOrEqual(4);
  for (let i = 0; i < 10; ++i) {
    draw();
    world.advance(500);
  }
  expect(pulls()).toBe(20);
  for (let seq = 1; seq <= 20; ++seq) expect(group.entryCache.entry(seq)?.seq).toBe(seq);
});
