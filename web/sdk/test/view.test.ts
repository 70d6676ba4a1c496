import { beforeEach, expect, test, vi } from "vitest";
import type { Client } from "../src/client";
import type { Group } from "../src/group";
import { HELD_MAX } from "../src/log";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

// Thousands of entries, each with its digest.
vi.setConfig({ testTimeout: 60_000 });

let world: World;
let server: FakeServer;
let ann: Client;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  server.page = 200;
  ann = signIn(server, 1);
  group = ann.group(GID);
  say(100);
  world.advance(1_000);
});

function say(count: number): void {
  for (let i = 0; i < count; ++i) {
    server.post(GID, "x");
    if (i % 50 === 49) world.advance(20);
  }
  world.advance(200);
}
const held = () => group.log.entries.length;
const bounded = () => expect(held()).toBeLessThanOrEqual(HELD_MAX + 200);

test("who follows holds the newest entries and no more, though nothing counts as read", () => {
  for (let i = 0; i < 6; ++i) {
    say(1_000);
    group.view.shows(group.log.last - 219, group.log.last, true);
    bounded();
  }
  expect(group.log.last).toBe(6_100);
});

test("a group that nobody looks at holds no more either", () => {
  say(6_000);
  bounded();
  expect(group.log.last).toBe(6_100);
  expect(group.reader.unread()).toBe(100);
});

test("who stands still far above keeps what they look at, and later ones are numbered but not held", () => {
  group.view.shows(1, 100, false);
  say(6_000);
  bounded();
  expect([group.log.first, group.head]).toEqual([1, 6_100]);
  expect(group.log.at(50)?.seq).toBe(50);
  expect(group.reader.unread()).toBe(100);
});

test("and reads on from there through every number, up to the newest", () => {
  group.view.shows(1, 100, false);
  say(6_000);
  let shown = 100;
  for (let i = 0; i < 200 && shown < 6_100; ++i) {
    const to = Math.min(group.log.last, shown + 150);
    for (let seq = shown; seq <= to; ++seq) expect(group.log.at(seq)?.seq).toBe(seq);
    shown = to;
    group.view.shows(shown - 100, shown, false);
    world.advance(500);
    bounded();
  }
  expect(shown).toBe(6_100);
  expect(group.mismatches).toBe(0);
});

test("whoever goes to the newest from there skips what lies between", () => {
  group.view.shows(1, 100, false);
  say(6_000);
  group.view.shows(1, 100, true);
  world.advance(1_000);
  expect(group.log.last).toBe(6_100);
  bounded();
});

test("whoever scrolls back for hours drops the newest ones, and has them again on the way down", () => {
  say(6_000);
  group.view.shows(group.log.last - 219, group.log.last, true);
  for (let i = 0; i < 150 && group.log.first > 1; ++i) {
    group.history.older();
    world.advance(500);
    group.view.shows(group.log.first, group.log.first + 219, false);
    bounded();
  }
  expect(group.log.first).toBe(1);
  say(10);
  for (let i = 0, shown = 220; i < 200 && shown < 6_110; ++i) {
    shown = Math.min(group.log.last, shown + 150);
    group.view.shows(shown - 219, shown, false);
    world.advance(500);
    bounded();
  }
  expect(group.log.last).toBe(6_110);
  expect(group.mismatches).toBe(0);
});
