// What does not fit what is held is not taken, whatever brings it; and nobody is asked without end for it.

import { beforeEach, expect, test } from "vitest";
import { Code, type Command, type Entry } from "../src/codec";
import { hashOf } from "../src/digest";
import type { Group } from "../src/group";
import { FakeServer } from "./fake_server";
import { GID, signIn, texts } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  group = signIn(server, 1).group(GID);
  for (let i = 1; i <= 3; ++i) server.post(GID, `n${i}`);
  world.advance(1_000);
});

const asked = (name: Command["case"]) => server.asked.filter(({ command }) => command.case === name).length;
const changed = (seq: number, change: Partial<Entry>) => {
  const entry = group.log.at(seq);
  const recall = entry && { revision: 1, recalled: true, body: new Uint8Array(), bodyHash: hashOf(entry.body) };
  if (entry) group.events.onChanged({ gid: GID, epoch: group.log.epoch, entry: { ...entry, ...recall, ...change } });
};

test.each<[string, Partial<Entry>]>([
  ["names another sender", { sender: 12 }],
  ["names another time", { timeMs: 5 }],
  ["names another kind", { kind: 2 }],
  ["names another id", { cmid: new Uint8Array(16) }],
  ["says that other words were there at first", { bodyHash: hashOf(Uint8Array.of(1)) }],
])("a change that %s is not taken, and the group is opened afresh", (_, change) => {
  changed(2, change);
  expect(group.mismatches).toBe(1);
  world.advance(1_000);
  expect([group.state, texts(group.log.entries)]).toEqual(["open", ["n1", "n2", "n3"]]);
});

test("an older state of an entry that was recalled does not bring its words back", () => {
  const before = group.log.at(2);
  changed(2, {});
  expect(group.log.at(2)?.recalled).toBe(true);
  if (before) group.events.onChanged({ gid: GID, epoch: 1, entry: before });
  expect(group.log.at(2)?.recalled).toBe(true);
});

test("an entry that does not lead to its digest is not shown", () => {
  const lie = { ...server.post(GID, "n4"), sender: 12 };
  group.onBatch({ gid: GID, epoch: 1, firstSeq: 4, entries: [lie], digest: server.group(GID).digestAt(4), level: 0 });
  expect([group.mismatches, texts(group.log.entries)]).toEqual([1, ["n1", "n2", "n3"]]);
  world.advance(1_000);
  expect(group.log.at(4)?.sender).toBe(99);
});

test("a server that holds something else under the same number is found out when the group is opened again", () => {
  server.cut(1);
  const other = new FakeServer(world).group(GID);
  for (const { sender, cmid, body, timeMs } of server.group(GID).entries) other.append(sender + 1, cmid, body, timeMs);
  server.groups.set(GID, other);
  world.advance(10_000);
  expect(group.mismatches).toBe(1);
  expect(group.log.entries.map(({ sender }) => sender)).toEqual([100, 100, 100]);
});

test("a server whose digests are always wrong is asked less and less", () => {
  const { digests } = server.group(GID);
  digests.splice(0, digests.length, ...digests.map(() => new Uint8Array(16)));
  server.cut(1);
  world.advance(300_000);
  expect(group.mismatches).toBeGreaterThan(2);
  expect(asked("open")).toBeLessThan(50);
});

test("a server that says that there is more and never has it is asked less and less", () => {
  server.answers.set("pull", () => ({ case: "range", value: { gid: GID, epoch: 1, firstSeq: 4, head: 9, digest: group.log.digest, digestBefore: group.log.digest } }));
  server.tell(1, { case: "head", value: { gid: GID, epoch: 1, head: 9 } });
  world.advance(60_000);
  expect(asked("pull")).toBeGreaterThan(2);
  expect(asked("pull")).toBeLessThan(30);
});

test("what is missing is pulled once, however often it is noticed", () => {
  server.lostPushes = 1;
  server.post(GID, "n4");
  for (let i = 0; i < 5; ++i) server.tell(1, { case: "head", value: { gid: GID, epoch: 1, head: 4 } });
  world.advance(1_000);
  expect(texts(group.log.entries)).toEqual(["n1", "n2", "n3", "n4"]);
  expect(asked("pull")).toBe(1);
});

test("a batch of a history that is not known opens the group, and is there with it", () => {
  server.group(GID).lose(1);
  server.post(GID, "new");
  world.advance(1_000);
  expect([group.log.epoch, texts(group.log.entries)]).toEqual([2, ["n1", "n2", "new"]]);
});

test("a pull that is refused because of another history opens the group, and is not asked again before", () => {
  server.answers.set("pull", () => ({ case: "refused", value: { code: Code.EPOCH_CHANGED } }));
  const opens = asked("open");
  server.tell(1, { case: "head", value: { gid: GID, epoch: 1, head: 4 } });
  world.advance(1_000);
  expect([asked("open"), asked("pull")]).toEqual([opens + 1, 1]);
});

test("an own message that was kept in another place than the server says opens the group afresh", () => {
  server.answers.set("send", (command) => {
    const { cmid = new Uint8Array(), body = new Uint8Array() } = command.case === "send" ? command.value : {};
    const { seq } = server.group(GID).append(1, cmid, body, world.now());
    return { case: "sent", value: { gid: GID, cmid, seq, epoch: 1, digest: new Uint8Array(16) } };
  });
  group.send({ text: "mine" });
  world.advance(5_000);
  expect(group.mismatches).toBe(1);
  expect(texts(group.log.entries)).toEqual(["n1", "n2", "n3", "mine"]);
});

test("an older page that comes empty is not asked for again at once", () => {
  for (let i = 0; i < 100; ++i) server.post(GID, "x");
  const bob = signIn(server, 2).group(GID);
  world.advance(1_000);
  const digest = server.group(GID).digestAt(3);
  server.answers.set("pull", () => ({ case: "range", value: { gid: GID, epoch: 1, firstSeq: 4, head: 103, digest, digestBefore: digest } }));
  const before = asked("pull");
  for (let i = 0; i < 100; ++i) {
    bob.history.older();
    world.advance(100);
  }
  expect(asked("pull") - before).toBeGreaterThan(2);
  expect(asked("pull") - before).toBeLessThan(10);
});

test("sums and readings that name another history change nothing here", () => {
  const tallies = [{ seq: 2, readBy: 5, reactions: [] }];
  const ann = signIn(server, 1);
  const mine = ann.group(GID);
  world.advance(1_000);
  server.tell(1, { case: "userLog", value: { entries: [{ userLogSeq: 0, gid: GID, epoch: 9, event: { case: "read", value: { gid: GID, epoch: 9, seq: 3 } } }] } });
  world.advance(100);
  expect(mine.reader.unread()).toBe(3);
  mine.events.onTallies({ gid: GID, epoch: 9, tallies });
  expect(mine.marks.readBy(2)).toBe(0);
  world.advance(1_000);
  mine.events.onTallies({ gid: GID, epoch: 1, tallies });
  expect(mine.marks.readBy(2)).toBe(5);
});

test("a reaction of another device of mine that names another history is not mine here", () => {
  const mine = signIn(server, 1).group(GID);
  world.advance(1_000);
  const reacted = (epoch: number) => {
    server.tell(1, { case: "userLog", value: { entries: [{ userLogSeq: 0, gid: GID, epoch, event: { case: "reacted", value: { gid: GID, epoch, seq: 2, emoji: "👍" } } }] } });
    world.advance(100);
    return mine.marks.reactions(2).length;
  };
  expect([reacted(9), reacted(1)]).toEqual([0, 1]);
});

test("a head of before does not hide that there is more", () => {
  server.lostPushes = 1;
  for (let i = 0; i < 100; ++i) server.post(GID, "x");
  server.silent.add("pull");
  for (const head of [103, 50]) server.tell(1, { case: "head", value: { gid: GID, epoch: 1, head } });
  world.advance(200);
  expect(group.head).toBe(103);
});
