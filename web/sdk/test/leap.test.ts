// Far from the newest entries: going there, and staying there over a cut.

import { beforeEach, expect, test, vi } from "vitest";
import type { Client } from "../src/client";
import type { Group } from "../src/group";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

vi.setConfig({ testTimeout: 60_000 });

let world: World;
let server: FakeServer;
let ann: Client;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  for (let i = 0; i < 3_000; ++i) server.post(GID, "x");
  group = ann.group(GID);
  world.advance(1_000);
});

const say = (count: number) => {
  for (let i = 0; i < count; ++i) server.post(GID, "y");
};
const held = () => [group.log.first, group.log.last];

// As the page does: what is shown goes down bit by bit.
function readOn(from: number): number[] {
  const seen: number[] = [];
  for (let shown = from, turns = 0; shown < group.head && turns < 500; ++turns) {
    const to = Math.min(group.log.last, shown + 100);
    for (let seq = shown + 1; seq <= to; ++seq) if (group.log.at(seq)) seen.push(seq);
    shown = to;
    group.view.shows(Math.max(group.log.first, shown - 200), shown, false);
    world.advance(300);
  }
  return seen;
}

test("to an entry far back: it is held with those around it, and every number from there on is read", () => {
  const ends: string[] = [];
  expect(group.leap.to(500, (leapt) => ends.push(leapt))).toBe(true);
  world.advance(1_000);
  expect(ends).toEqual(["there"]);
  expect(group.log.at(500)?.seq).toBe(500);
  expect(group.log.last).toBeLessThan(1_500);
  expect(readOn(500)).toEqual(Array.from({ length: 2_500 }, (_, i) => 501 + i));
  expect(group.mismatches).toBe(0);
});

test("who has gone far back is not taken to the newest by what is said meanwhile, and counts it", () => {
  group.reader.show(3_000);
  group.leap.to(500, () => {});
  world.advance(1_000);
  say(30);
  world.advance(20_000);
  expect(group.log.at(500)?.seq).toBe(500);
  expect([group.head, group.reader.unread()]).toEqual([3_030, 30]);
});

test("and goes to the newest when they want to", () => {
  group.leap.to(500, () => {});
  world.advance(1_000);
  group.view.shows(group.log.last - 100, group.log.last, true);
  world.advance(2_000);
  expect(group.log.last).toBe(3_000);
  expect(group.mismatches).toBe(0);
});

test("nothing is asked for what is held, what cannot be seen, and what is not there", () => {
  expect([2_990, 0, 3_001].map((seq) => group.leap.to(seq, () => {}))).toEqual([false, false, false]);
});

test("a leap ends once, and says so, where the connection goes", () => {
  const ends: string[] = [];
  group.leap.to(500, (leapt) => ends.push(leapt));
  server.cut(1);
  world.advance(10_000);
  expect(ends).toEqual(["lost"]);
  expect(group.log.last).toBe(3_000);
});

test("a cut of any length leaves what somebody looks at far above the newest, and they read on through every number", () => {
  group.history.older();
  world.advance(1_000);
  const [first] = held();
  group.view.shows(first ?? 0, (first ?? 0) + 50, false);
  for (const missed of [10, 300, 1_500]) {
    server.cut(1);
    say(missed);
    world.advance(60_000);
    expect(group.state).toBe("open");
    expect([group.log.first, group.head]).toEqual([first, server.group(GID).head]);
  }
  const from = (first ?? 0) + 50;
  expect(readOn(from)).toEqual(Array.from({ length: 4_810 - from }, (_, i) => from + 1 + i));
  expect(group.mismatches).toBe(0);
});

test("who follows is at the newest after a long cut, and what was missed is unread", () => {
  group.view.shows(2_960, 3_000, true);
  group.reader.show(3_000);
  server.cut(1);
  say(300);
  world.advance(60_000);
  expect(group.log.last).toBe(3_300);
  expect(group.reader.shown).toBe(3_000);
});
