import { beforeEach, describe, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code, decodeBody, encodeBody } from "../src/codec";
import type { Group } from "../src/group";
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

const sends = () => server.asked.filter(({ command }) => command.case === "send");
const states = () => group.outbox.items.map(({ state }) => state);

describe("a send", () => {
  test("stays pending though kept until the log has reached it", () => {
    world.advance(1_000);
    server.lostPushes = 1;
    server.post(GID, "before");
    group.send({ text: "mine" });
    world.advance(200);
    expect(states()).toEqual(["kept"]);
    expect(group.log.last).toBe(0);
    world.advance(5_000);
    expect(texts(group.log.entries)).toEqual(["before", "mine"]);
    expect(states()).toEqual([]);
  });

  test("whose answer was lost goes again under the same id and is stored once", () => {
    world.advance(1_000);
    group.send({ text: "mine" });
    while (server.group(GID).head === 0) world.advance(1);
    server.cut(1);
    expect(states()).toEqual(["unknown"]);
    world.advance(10_000);
    expect(texts(server.group(GID).entries)).toEqual(["mine"]);
    expect(states()).toEqual([]);
  });

  test("names the one before it that has no answer", () => {
    world.advance(1_000);
    const items = ["a", "b", "c"].map((text) => group.send({ text }));
    world.advance(1_000);
    expect(sends().map(({ command }) => (command.case === "send" ? command.value.after : undefined))).toEqual([
      new Uint8Array(), items[0]?.cmid, items[1]?.cmid,
    ]);
  });

  test("refused for a time holds those behind it, and then they go in order", () => {
    world.advance(1_000);
    server.refuseNext.push({ code: Code.SLOW_MODE, retryAfterMs: 5_000 });
    for (const text of ["a", "b", "c"]) group.send({ text });
    world.advance(1_000);
    expect(states()).toEqual(["waiting", "waiting", "waiting"]);
    expect(group.outbox.items[0]?.refusal?.code).toBe(Code.SLOW_MODE);
    expect(texts(server.group(GID).entries)).toEqual([]);
    world.advance(6_000);
    expect(texts(server.group(GID).entries)).toEqual(["a", "b", "c"]);
  });

  test("refused for a time goes again by a timer that the clock is a little behind", () => {
    world.advance(1_000);
    world.earlyMs = 1;
    server.refuseNext.push({ code: Code.SLOW_MODE, retryAfterMs: 5_000 });
    group.send({ text: "a" });
    world.advance(7_000);
    expect(texts(server.group(GID).entries)).toEqual(["a"]);
  });

  test("refused for good is given up, and the next does not wait for it", () => {
    world.advance(1_000);
    server.refuseNext.push({ code: Code.TEXT_TOO_LONG });
    for (const text of ["a", "b"]) group.send({ text });
    world.advance(5_000);
    expect(texts(server.group(GID).entries)).toEqual(["b"]);
    expect(states()).toEqual(["refused"]);

    const refused = group.outbox.items[0];
    if (refused) group.writer.sendAgain(refused.cmid);
    world.advance(5_000);
    expect(texts(server.group(GID).entries)).toEqual(["b", "a"]);
    expect(states()).toEqual([]);
  });

  test("is not refused with the session", () => {
    world.advance(1_000);
    server.refuseNext.push({ code: Code.TOKEN_INVALID });
    for (const text of ["a", "b"]) group.send({ text });
    world.advance(1_000);
    expect(ann.connection.state).toEqual({ name: "stopped", code: Code.TOKEN_INVALID });
    expect(states()).toEqual(["unknown", "unknown"]);
  });

  test("that was discarded frees those behind it", () => {
    world.advance(1_000);
    server.refuseNext.push({ code: Code.MUTED, retryAfterMs: 3_600_000 });
    const first = group.send({ text: "a" });
    world.advance(500);
    group.send({ text: "b" });
    group.outbox.discard(first.cmid);
    world.advance(5_000);
    expect(texts(server.group(GID).entries)).toEqual(["b"]);
  });

  test("is not asked without end by a server that always says now", () => {
    world.advance(1_000);
    for (let i = 0; i < 1_000; ++i) server.refuseNext.push({ code: Code.PREDECESSOR_MISSING });
    group.send({ text: "a" });
    world.advance(60_000);
    expect(sends().length).toBeLessThan(30);
  });

  test("that was kept, and lost by the server before the log reached it, goes again", () => {
    world.advance(1_000);
    server.lostPushes = 1;
    group.send({ text: "a" });
    world.advance(150);
    expect(states()).toEqual(["kept"]);
    server.group(GID).lose(1);
    server.cut(1);
    world.advance(30_000);
    expect(texts(server.group(GID).entries)).toEqual(["a"]);
    expect(states()).toEqual([]);
  });

  test("goes out with three others at most, and the next as soon as one is answered", () => {
    world.advance(1_000);
    server.silent.add("send");
    for (let i = 0; i < 20; ++i) group.send({ text: `n${i}` });
    world.advance(1_000);
    expect(sends()).toHaveLength(4);
    server.silent.clear();
    world.advance(60_000);
    expect(texts(server.group(GID).entries)).toEqual(Array.from({ length: 20 }, (_, i) => `n${i}`));
  });

  test("refused because the group is not open here opens it", () => {
    world.advance(1_000);
    const opens = () => server.asked.filter(({ command }) => command.case === "open").length;
    expect(opens()).toBe(0);
    server.refuseNext.push({ code: Code.NOT_OPEN });
    group.send({ text: "a" });
    world.advance(1_000);
    expect(opens()).toBe(1);
    expect(texts(group.log.entries)).toEqual(["a"]);
  });

  test("that failed now and then, and was taken each time, still goes again at once", () => {
    world.advance(1_000);
    for (let i = 1; i <= 20; ++i) {
      server.refuseNext.push({ code: Code.PREDECESSOR_MISSING });
      group.send({ text: "a" });
      world.advance(300);
      expect(server.group(GID).head).toBe(i);
    }
  });

  test("that was kept, and lies in what was skipped then, waits no longer", () => {
    world.advance(1_000);
    server.lostPushes = 1;
    group.send({ text: "mine" });
    for (let i = 0; i < 1_100; ++i) server.post(GID, "x");
    world.advance(200);
    expect(states()).toEqual(["kept"]);
    for (let i = 0; i < 1_100; ++i) server.post(GID, "x");
    world.advance(20_000);
    expect(group.log.first).toBeGreaterThan(2_000);
    expect(states()).toEqual([]);
  });

  test("that the server has lost goes before what was written after it", () => {
    world.advance(1_000);
    group.send({ text: "lost" });
    world.advance(1_000);
    server.down = true;
    server.cut(1);
    group.send({ text: "written after" });
    server.group(GID).lose(1);
    server.down = false;
    world.advance(20_000);
    expect(texts(server.group(GID).entries)).toEqual(["lost", "written after"]);
  });

  test("of somebody else, one that was recalled, and an old one are not offered again when the server has lost them", () => {
    server.post(GID, "of somebody else");
    server.group(GID).append(1, world.random(16), encodeBody({ text: "old" }), world.now() - 8 * 24 * 3_600_000);
    world.advance(1_000);
    for (const text of ["recalled", "mine"]) group.send({ text });
    world.advance(1_000);
    server.edit(GID, 3);
    world.advance(1_000);
    expect(texts(group.log.entries)).toEqual(["of somebody else", "old", "", "mine"]);
    group.onFork({ gid: GID, epoch: 2, forkSeq: 0 }, true);
    expect(group.outbox.items.map(({ body }) => decodeBody(body)?.text)).toEqual(["mine"]);
  });
});
