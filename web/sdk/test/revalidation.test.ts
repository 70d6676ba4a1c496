// What was recalled while we did not hear of it (failure A16).

import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code } from "../src/codec";
import type { Group } from "../src/group";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let ann: Client;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  group = ann.group(GID);
  for (let i = 1; i <= 40; ++i) server.post(GID, `n${i}`);
  world.advance(1_000);
});

const recalled = (seq: number) => group.log.at(seq)?.recalled;

test("what was recalled while we were away is fetched again when it is shown", () => {
  server.cut(1);
  server.edit(GID, 5);
  world.advance(10_000);
  expect(group.log.first).toBe(1);
  expect(recalled(5)).toBe(false);
  group.revalidation.shown(1, 40);
  world.advance(1_000);
  expect(recalled(5)).toBe(true);
  expect(group.mismatches).toBe(0);
});

test("it is fetched once, and only what is shown", () => {
  server.cut(1);
  world.advance(10_000);
  server.asked.length = 0;
  for (let i = 0; i < 20; ++i) {
    group.revalidation.shown(10, 20);
    world.advance(200);
  }
  const pulls = server.asked.flatMap(({ command }) => (command.case === "pull" ? [[command.value.from, command.value.to]] : []));
  expect(pulls).toEqual([[10, 20]]);
});

test("a head that says that a change was missed: the newest entry is pulled at once, the others when shown", () => {
  server.asked.length = 0;
  server.tell(1, { case: "head", value: { gid: GID, epoch: 1, head: 40, changesMissed: true } });
  world.advance(200);
  expect(server.asked.map(({ command }) => command.case)).toEqual(["pull"]);
  group.revalidation.shown(1, 40);
  world.advance(200);
  const last = server.asked.at(-1)?.command;
  expect(last?.case === "pull" && [last.value.from, last.value.to]).toEqual([1, 39]);
});

test("a part of an older page that waits for the rest is changed too", () => {
  for (let i = 0; i < 300; ++i) server.post(GID, "x");
  const bob = signIn(server, 2).group(GID);
  world.advance(1_000);
  expect(bob.log.first).toBe(291);
  bob.history.older();
  // The first half of the page is here, the second is on its way.
  while (server.asked.filter(({ user, command }) => user === 2 && command.case === "pull").length < 2) world.advance(1);
  server.edit(GID, 200);
  world.advance(1_000);
  expect(bob.log.first).toBe(191);
  expect(bob.log.at(200)?.recalled).toBe(true);
});

test("an entry that is only quoted is fetched once, and follows its changes", () => {
  const far = new FakeServer(world);
  for (let i = 1; i <= 200; ++i) far.post(GID, `n${i}`);
  const bob = signIn(far, 2).group(GID);
  world.advance(1_000);
  for (let i = 0; i < 5; ++i) {
    bob.entryCache.entry(3);
    world.advance(100);
  }
  expect(bob.entryCache.entry(3)?.seq).toBe(3);
  expect(far.asked.filter(({ command }) => command.case === "pull")).toHaveLength(1);
  far.edit(GID, 3);
  world.advance(100);
  expect(bob.entryCache.entry(3)?.recalled).toBe(true);
});

test("whoever looks at what cannot be had now asks less and less, and has it in the end", () => {
  server.cut(1);
  server.edit(GID, 5);
  world.advance(10_000);
  server.asked.length = 0;
  const pulls = () => server.asked.filter(({ command }) => command.case === "pull").length;
  const looksFor = (ms: number) => {
    for (let i = 0; i < ms; i += 100) {
      group.revalidation.shown(1, 40);
      world.advance(100);
    }
  };
  server.answers.set("pull", () => ({ case: "refused", value: { code: Code.OVERLOADED } }));
  looksFor(30_000);
  expect(pulls()).toBeGreaterThan(2);
  expect(pulls()).toBeLessThan(30);
  server.answers.clear();
  looksFor(30_000);
  expect(recalled(5)).toBe(true);
});

test("what comes again as something else than it was opens the group afresh", () => {
  server.cut(1);
  server.edit(GID, 5);
  const entry = server.group(GID).entries[4];
  if (entry) server.group(GID).entries[4] = { ...entry, sender: 12 };
  world.advance(10_000);
  group.revalidation.shown(1, 40);
  world.advance(200);
  expect(group.mismatches).toBeGreaterThan(0);
});
