// A floor that rose: the member left and joined again on another device, or the history was cut.

import { beforeEach, expect, test } from "vitest";
import type { Group } from "../src/group";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  group = signIn(server, 1).group(GID);
  for (let i = 1; i <= 40; ++i) server.post(GID, `n${i}`);
  world.advance(1_000);
});

const held = () => [group.log.first, group.log.last];
const rises = (seq: number) => void (server.group(GID).floor = seq);

test("what is held below a floor that rose while we were away goes, and what was marked there", () => {
  group.marks.pushed([{ seq: 5, readBy: 2, reactions: [] }, { seq: 35, readBy: 3, reactions: [] }]);
  group.marks.hidden.add(6);
  server.cut(1);
  rises(30);
  server.edit(GID, 5);
  server.post(GID, "n41");
  rises(30);
  world.advance(10_000);
  expect([held(), group.floor, group.history.complete]).toEqual([[31, 41], 30, true]);
  expect([group.marks.readBy(5), group.marks.readBy(35), group.marks.hidden.size]).toEqual([0, 3, 0]);
  expect(group.entryCache.entry(5)).toBeUndefined();
  expect(group.log.digest).toEqual(server.group(GID).digestAt(41));
  expect(group.mismatches).toBe(0);
});

test("a floor at the newest entry leaves nothing, and what comes after continues", () => {
  server.cut(1);
  rises(40);
  world.advance(10_000);
  expect(held()).toEqual([41, 40]);
  server.post(GID, "n41");
  world.advance(1_000);
  expect(held()).toEqual([41, 41]);
  expect(group.mismatches).toBe(0);
});

test("a note that stands at or below the floor stays", () => {
  group.marks.note({ noteId: 1, gid: GID, anchorSeq: 5, timeMs: 0, text: "psst", from: 3, code: 0, kind: 0, untilMs: 0, rule: "" });
  group.bottom.rises(30);
  expect(group.marks.notesAfter(5)).toHaveLength(1);
});

test("an answer that tells of it is enough, whatever was asked", () => {
  rises(10);
  group.entryCache.around(30, () => {});
  world.advance(1_000);
  expect(held()).toEqual([11, 40]);
  rises(20);
  group.entryCache.around(15, () => {});
  world.advance(1_000);
  expect(held()).toEqual([21, 40]);
});

test("what is stale above a floor that rose is still fetched again", () => {
  server.cut(1);
  server.edit(GID, 35);
  world.advance(10_000);
  rises(30);
  for (let i = 0; i < 5; ++i) {
    group.revalidation.shown(group.log.first, group.log.last);
    world.advance(1_000);
  }
  expect(held()).toEqual([31, 40]);
  expect(group.log.at(35)?.recalled).toBe(true);
});

test("one above all that is held: the group begins afresh there", () => {
  for (let i = 41; i <= 200; ++i) server.post(GID, "x");
  world.advance(5_000);
  const { log } = group;
  group.bottom.onReset({ gid: GID, epoch: log.epoch, floor: log.last + 50, digest: new Uint8Array(), head: log.last + 60 });
  expect(log.entries).toHaveLength(0);
  rises(150);
  world.advance(5_000);
  expect([log.first, log.last, group.floor]).toEqual([151, 200, 150]);
});

test("one that rises between two parts of an older page cuts the first part", () => {
  for (let i = 41; i <= 340; ++i) server.post(GID, "x");
  const bob = signIn(server, 2).group(GID);
  world.advance(1_000);
  const pulls = () => server.asked.filter(({ user, command }) => user === 2 && command.case === "pull").length;
  expect(bob.log.first).toBe(291);
  bob.history.older();
  while (pulls() < 2) world.advance(1);
  // The second part, from 241, was answered; it says nothing yet of a floor that another answer tells.
  bob.bottom.rises(220);
  world.advance(1_000);
  expect(bob.log.first).toBe(221);
  expect(bob.mismatches).toBe(0);
});

test("one that rises while an older page is on its way: the page is not joined, and nothing is wrong", () => {
  for (let i = 41; i <= 340; ++i) server.post(GID, "x");
  const bob = signIn(server, 2).group(GID);
  world.advance(1_000);
  server.page = 200;
  bob.history.older();
  bob.bottom.rises(310);
  world.advance(1_000);
  expect([bob.log.first, bob.history.loading, bob.mismatches]).toEqual([311, false, 0]);
});

test("an answer that still tells of a lower one does not lower it", () => {
  group.bottom.rises(30);
  group.bottom.rises(20);
  expect([group.floor, group.history.complete, group.entryCache.entry(25)]).toEqual([30, true, undefined]);
});
