import { beforeEach, describe, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code } from "../src/codec";
import { hashOf } from "../src/digest";
import type { Group } from "../src/group";
import { HELD_MAX } from "../src/log";
import { FakeServer } from "./fake_server";
import { GID, signIn, texts } from "./people";
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
});

const states = () => group.outbox.items.map(({ state }) => state);

describe("a log", () => {
  test("opens with its newest page and is verified to its head", () => {
    for (let i = 1; i <= 120; ++i) server.post(GID, `n${i}`);
    world.advance(1_000);
    expect([group.log.first, group.log.last]).toEqual([71, 120]);
    expect(group.log.digest).toEqual(server.group(GID).digestAt(120));
  });

  test("shows older pages down to the first entry, each joined by its digest", () => {
    for (let i = 1; i <= 330; ++i) server.post(GID, `n${i}`);
    world.advance(1_000);
    for (let i = 0; i < 5 && group.history.older(); ++i) world.advance(1_000);
    expect(group.log.first).toBe(1);
    expect(group.history.complete).toBe(true);
    expect(texts(group.log.entries)).toEqual(Array.from({ length: 330 }, (_, i) => `n${i + 1}`));
  });

  test("an older page is asked for once, however often somebody waits for it", () => {
    for (let i = 1; i <= 330; ++i) server.post(GID, `n${i}`);
    world.advance(1_000);
    server.page = 200;
    expect([group.history.older(), group.history.older(), group.history.older()]).toEqual([true, false, false]);
    world.advance(1_000);
    expect(server.asked.filter(({ command }) => command.case === "pull")).toHaveLength(1);
    expect(group.log.first).toBe(181);
  });

  test("a page that does not come is asked for again, but not at once", () => {
    for (let i = 1; i <= 330; ++i) server.post(GID, `n${i}`);
    world.advance(1_000);
    const pulls = () => server.asked.filter(({ command }) => command.case === "pull").length;
    const digests = server.group(GID).digests.splice(0);
    for (let i = 0; i < 200; ++i) {
      group.history.older();
      world.advance(50);
    }
    expect(pulls()).toBeGreaterThan(2);
    expect(pulls()).toBeLessThan(10);
    server.group(GID).digests.push(...digests);
    world.advance(3_000);
    group.history.older();
    world.advance(1_000);
    expect(group.log.first).toBe(181);
  });

  test("does not join an older page that leads elsewhere", () => {
    for (let i = 1; i <= 80; ++i) server.post(GID, `n${i}`);
    world.advance(1_000);
    const before = server.group(GID).entries[9];
    if (before) before.sender = 12;
    // The liar is consistent with themselves.
    const lying = new FakeServer(world).group(GID);
    for (const { sender, cmid, body, timeMs } of server.group(GID).entries) lying.append(sender, cmid, body, timeMs);
    server.group(GID).digests.splice(0, 31, ...lying.digests.slice(0, 31));
    group.history.older();
    world.advance(100);
    expect(group.mismatches).toBeGreaterThan(0);
    expect(group.log.first).toBeGreaterThan(30);
  });

  test("an edit from elsewhere with another hash is a mismatch, a recall is not", () => {
    server.post(GID, "one");
    world.advance(1_000);
    server.edit(GID, 1);
    world.advance(1_000);
    expect(group.log.at(1)?.recalled).toBe(true);
    expect(group.mismatches).toBe(0);
  });

  test("takes a later revision of what it holds from whatever brings it", () => {
    const entry = server.post(GID, "one");
    server.post(GID, "two");
    world.advance(1_000);
    const recalled = { ...entry, revision: 1, recalled: true, body: new Uint8Array(), bodyHash: hashOf(entry.body) };
    group.onBatch({ gid: GID, epoch: 1, firstSeq: 1, entries: [recalled], digest: server.group(GID).digestAt(1), level: 0 });
    expect(texts(group.log.entries)).toEqual(["", "two"]);
    expect(group.mismatches).toBe(0);
  });

  test("a fork opens the new history, and what I had written above it is offered again", () => {
    world.advance(1_000);
    server.post(GID, "before");
    group.send({ text: "lost" });
    world.advance(1_000);
    server.group(GID).lose(1);
    server.cut(1);
    world.advance(10_000);
    expect(texts(group.log.entries)).toEqual(["before", "lost"]);
    expect(group.log.epoch).toBe(2);
    expect(states()).toEqual([]);
    expect(server.asked.filter(({ command }) => command.case === "open")).toHaveLength(1);
  });

  test("what lies above a fork goes at once, and what was changed; what was lost is offered once", () => {
    world.advance(1_000);
    for (const text of ["kept", "changed", "below"]) server.post(GID, text);
    group.send({ text: "lost" });
    world.advance(1_000);
    const changedBody = group.log.at(2)?.body ?? new Uint8Array();
    server.edit(GID, 2);
    world.advance(1_000);
    group.onFork({ gid: GID, epoch: 2, forkSeq: 3 }, true);
    expect(texts(group.log.entries)).toEqual(["kept"]);
    group.onFork({ gid: GID, epoch: 2, forkSeq: 3 }, true);
    expect(states()).toEqual(["unknown"]);
    // The backup is older than the change: the entry has its first words again.
    const changed = server.group(GID).entries[1];
    if (changed) server.group(GID).entries[1] = { ...changed, revision: 0, recalled: false, body: changedBody };
    server.group(GID).lose(1);
    world.advance(10_000);
    expect(texts(group.log.entries)).toEqual(["kept", "changed", "below", "lost"]);
    expect(group.mismatches).toBe(0);
  });

  test("after a fork nothing above it counts as seen, neither by looking nor by what waits to be sent", () => {
    world.advance(1_000);
    for (let i = 1; i <= 4; ++i) server.post(GID, `n${i}`);
    world.advance(1_000);
    group.reader.show(4);
    world.advance(20_000);
    server.down = true;
    server.cut(1);
    group.send({ text: "waits" });
    expect(group.outbox.items[0]?.seen).toBe(4);
    server.group(GID).lose(2);
    for (let i = 1; i <= 3; ++i) server.post(GID, `new${i}`);
    server.down = false;
    world.advance(20_000);
    expect(texts(group.log.entries)).toEqual(["n1", "n2", "new1", "new2", "new3", "waits"]);
    expect(server.asked.findLast(({ command }) => command.case === "send")?.command.value).toMatchObject({ seen: 2 });
    expect(group.reader.unread()).toBe(3);
  });

  test("of a busy day only the newer part is held, and the older is pulled again and joined", () => {
    world.advance(1_000);
    for (let i = 0; i < 45; ++i) {
      for (let j = 0; j < 100; ++j) server.post(GID, `n${i}`);
      world.advance(500);
      group.reader.show(group.log.last);
    }
    expect(group.log.last).toBe(4_500);
    expect(group.log.entries.length).toBeLessThanOrEqual(HELD_MAX);
    const { first } = group.log;
    expect(first).toBeGreaterThan(1);
    group.history.older();
    world.advance(1_000);
    expect(group.log.first).toBe(first - 100);
    expect(group.mismatches).toBe(0);
  }, 60_000);

  test("a gap of thousands is skipped, not pulled", () => {
    server.post(GID, "first");
    world.advance(1_000);
    server.lostPushes = 1;
    for (let i = 0; i < 3_000; ++i) server.post(GID, "x");
    world.advance(server.pulseS * 1_000 + 2_000);
    expect([group.log.first, group.log.last]).toEqual([2_952, 3_001]);
    expect(server.asked.filter(({ command }) => command.case === "pull")).toHaveLength(0);
  });
});

test("however many unknown people talk, the list is asked for once in a while", () => {
  world.advance(1_000);
  for (let i = 0; i < 500; ++i) server.post(GID, "x", 100 + i);
  world.advance(4_000);
  expect(server.asked.filter(({ command }) => command.case === "list").length).toBeLessThan(5);
});

describe("reading", () => {
  test("what was seen is told once, later", () => {
    for (let i = 0; i < 5; ++i) server.post(GID, "x");
    world.advance(1_000);
    expect(group.reader.unread()).toBe(5);
    group.reader.show(3);
    group.reader.show(4);
    expect(group.reader.unread()).toBe(1);
    world.advance(60_000);
    const reads = server.asked.filter(({ command }) => command.case === "read");
    expect(reads.map(({ command }) => (command.case === "read" ? command.value.seq : 0))).toEqual([4]);
  });

  test("goes on being told now and then, not with every entry that is seen", () => {
    for (let i = 0; i < 100; ++i) server.post(GID, "x");
    world.advance(1_000);
    for (let seq = 1; seq <= 100; ++seq) {
      group.reader.show(seq);
      world.advance(500);
    }
    world.advance(20_000);
    const reads = server.asked.flatMap(({ command }) => (command.case === "read" ? [command.value.seq ?? 0] : []));
    expect(reads.length).toBeLessThan(25);
    expect(reads.at(-1)).toBe(100);
    for (let i = 0; i < 5; ++i) ann.flushReads();
    world.advance(1_000);
    expect(server.asked.filter(({ command }) => command.case === "read")).toHaveLength(reads.length);
  });

  test("going back makes nothing unread again, and nothing is read before it is there", () => {
    for (let i = 0; i < 5; ++i) server.post(GID, "x");
    world.advance(1_000);
    group.reader.show(99);
    group.reader.show(2);
    expect(group.reader.unread()).toBe(0);
    server.post(GID, "x");
    world.advance(1_000);
    expect(group.reader.unread()).toBe(1);
  });

  test("neither my own entries nor recalled ones are unread", () => {
    world.advance(1_000);
    for (let i = 0; i < 3; ++i) server.post(GID, "x");
    group.send({ text: "mine" });
    server.edit(GID, 2);
    world.advance(1_000);
    expect(group.log.last).toBe(4);
    expect(group.reader.unread()).toBe(2);
  });

  test("what the server did not take is told again", () => {
    for (let i = 0; i < 5; ++i) server.post(GID, "x");
    world.advance(1_000);
    server.answers.set("read", () => ({ case: "refused", value: { code: Code.OVERLOADED } }));
    group.reader.show(3);
    world.advance(20_000);
    server.answers.clear();
    ann.flushReads();
    world.advance(1_000);
    expect(server.asked.filter(({ command }) => command.case === "read")).toHaveLength(2);
    expect(group.reader.read).toBe(3);
  });
});
