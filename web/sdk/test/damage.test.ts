// Places of the record that the server cannot read, and says so.

import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code } from "../src/codec";
import type { Group } from "../src/group";
import { isDamage } from "../src/refusal";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

const RETRY_MS = 300_000;
let world: World;
let server: FakeServer;
let ann: Client;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  group = ann.group(GID);
});

const posts = (count: number) => {
  for (let i = 0; i < count; ++i) server.post(GID, "x");
};
const asked = (kind: "open" | "pull") => server.asked.filter(({ command }) => command.case === kind).length;
// Whoever waits at the top asks with every drawing.
const waitsAtTheTop = (ms: number) => {
  for (let i = 0; i < ms; i += 100) {
    group.history.older();
    world.advance(100);
  }
};

test("what lies above a damaged place is shown, down to the last entry that can be read", () => {
  posts(300);
  server.group(GID).damaged.add(187);
  world.advance(1_000);
  waitsAtTheTop(20_000);
  expect([group.log.first, group.history.damaged, group.history.complete]).toEqual([188, true, false]);
  expect(asked("pull")).toBeLessThan(20);
  expect(group.log.digest).toEqual(server.group(GID).digestAt(300));
});

test("it is not asked for again before its time, and all of it is there once it was mended", () => {
  posts(300);
  server.group(GID).damaged.add(240);
  world.advance(1_000);
  waitsAtTheTop(20_000);
  const before = asked("pull");
  waitsAtTheTop(RETRY_MS / 2);
  expect(asked("pull")).toBe(before);
  server.group(GID).damaged.clear();
  waitsAtTheTop(RETRY_MS);
  expect([group.log.first, group.history.damaged, group.history.complete]).toEqual([1, false, true]);
});

test("whoever wants to go to what lies beyond it gets what lies before it", () => {
  posts(400);
  server.group(GID).damaged.add(100);
  world.advance(1_000);
  group.history.older(20);
  world.advance(5_000);
  waitsAtTheTop(20_000);
  expect([group.log.first, group.history.damaged]).toEqual([101, true]);
});

test("what was said while one was away is passed over where it cannot be read, and talk goes on", () => {
  posts(50);
  world.advance(1_000);
  server.lostPushes = 1;
  posts(60);
  server.lostPushes = 0;
  server.group(GID).damaged.add(70);
  posts(50);
  world.advance(5_000);
  expect([group.state, group.log.last]).toEqual(["open", 160]);
  group.send({ text: "still here" });
  world.advance(1_000);
  expect(group.log.last).toBe(161);
  expect(group.mismatches).toBe(0);
});

test("a damaged place among what may have been changed keeps no other from being fetched again", () => {
  posts(40);
  world.advance(1_000);
  server.cut(1);
  server.edit(GID, 35);
  server.group(GID).damaged.add(5);
  world.advance(10_000);
  group.revalidation.shown(1, 10);
  world.advance(1_000);
  group.revalidation.shown(30, 40);
  world.advance(1_000);
  expect(group.log.at(35)?.recalled).toBe(true);
});

test("a group whose newest entries cannot be read says why, and is asked for again in time", () => {
  posts(50);
  server.group(GID).damaged.add(40);
  world.advance(10_000);
  expect([group.state, group.refusal && isDamage(group.refusal)]).toEqual(["opening", true]);
  expect(asked("open")).toBe(1);
  server.group(GID).damaged.clear();
  world.advance(RETRY_MS + 60_000);
  expect([group.state, group.refusal]).toEqual(["open", undefined]);
});

test("a full disk is no damaged place", () => {
  expect(isDamage({ code: Code.STORE_UNAVAILABLE, field: "disk" })).toBe(false);
});
