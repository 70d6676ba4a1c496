import { beforeEach, describe, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code } from "../src/codec";
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
});
