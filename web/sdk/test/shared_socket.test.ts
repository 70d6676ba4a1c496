import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { Client } from "../src/client";
import { encodeCommand, encodeEvent, type Command } from "../src/codec";
import { commandParts, eventParts, withRequestId } from "../src/frame_parts";
import { SharedSocket } from "../src/shared_socket";
import { FakeServer } from "./fake_server";
import { GID, texts } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let shared: SharedSocket;

function begin(seed: number): void {
  world = new World(seed);
  server = new FakeServer(world);
  server.answers.set("fetchUserLog", (command) => ({ case: "userLog", value: { head: command.case === "fetchUserLog" ? (command.value.afterSeq ?? 0) : 0 } }));
  shared = new SharedSocket(world, server.opener(1));
}

function tab(socket = shared): Client {
  const client = new Client({ env: world, open: socket.open, token: "1", device: 1, client: "test" }, () => {});
  client.connection.start();
  return client;
}

const count = (kind: Command["case"]) => server.asked.filter(({ command }) => command.case === kind).length;
const held = (client: Client) => texts(client.group(GID).log.entries);

beforeEach(() => begin(1));

describe("tabs of one person", () => {
  test("share one socket, and one greeting", () => {
    const tabs = [tab(), tab(), tab()];
    world.advance(1_000);
    expect(tabs.map(({ connection, uid }) => [connection.state.name, uid])).toEqual([["online", 1], ["online", 1], ["online", 1]]);
    expect([server.peers.size, count("hello")]).toEqual([1, 1]);
    const late = tab();
    world.advance(50_000);
    expect([late.connection.state.name, server.peers.size, count("hello")]).toEqual(["online", 1, 1]);
    expect(Math.abs(late.connection.serverNow() - world.now())).toBeLessThan(100);
  });

  test("see the same, whoever opens and writes, without waiting for a pulse", () => {
    const [a, b] = [tab(), tab()];
    a.group(GID);
    world.advance(1_000);
    server.post(GID, "one");
    world.advance(100);
    b.group(GID);
    server.post(GID, "two");
    world.advance(200);
    b.group(GID).send({ text: "three" });
    a.group(GID).send({ text: "four" });
    world.advance(1_000);
    expect(held(a)).toHaveLength(4);
    expect(held(b)).toEqual(held(a));
    expect([a.group(GID).outbox.items, b.group(GID).outbox.items, a.group(GID).mismatches + b.group(GID).mismatches]).toEqual([[], [], 0]);
  });

  test("are told of what only another's opening has brought", () => {
    const [a, b] = [tab(), tab()];
    a.group(GID);
    world.advance(1_000);
    // The server pushes what continues the last that this socket was brought: here, past this one.
    server.lostPushes = 1;
    server.post(GID, "in the opening");
    server.lostPushes = 0;
    world.advance(200);
    expect(held(a)).toEqual([]);
    b.group(GID);
    world.advance(500);
    expect([held(b), held(a)]).toEqual([["in the opening"], ["in the opening"]]);
  });

  test("go on watching what another closes", () => {
    const [a, b] = [tab(), tab()];
    a.group(GID);
    b.group(GID);
    world.advance(1_000);
    for (let gid = 100; gid < 108; ++gid) a.group(gid);
    world.advance(1_000);
    expect([a.watched(GID), count("close")]).toEqual([undefined, 0]);
    server.post(GID, "still here");
    world.advance(200);
    expect(held(b)).toEqual(["still here"]);
    b.connection.stop();
    world.advance(1_000);
    expect(count("close")).toBe(1);
  });

  test("lose it together, and are back together with their cursors", () => {
    const tabs = [tab(), tab()];
    for (const one of tabs) one.group(GID);
    world.advance(1_000);
    server.post(GID, "before");
    world.advance(200);
    server.cut(1);
    server.post(GID, "meanwhile");
    expect(tabs.map(({ connection }) => connection.state.name)).toEqual(["waiting", "waiting"]);
    world.advance(5_000);
    expect([server.peers.size, count("hello"), tabs.map(held)]).toEqual([1, 2, [["before", "meanwhile"], ["before", "meanwhile"]]]);
    expect(tabs.map((one) => one.group(GID).mismatches)).toEqual([0, 0]);
  });

  test("are not greeted by a socket that is dead", () => {
    tab();
    world.advance(1_000);
    server.silent.add("fetchUserLog");
    const late = tab();
    world.advance(3_000);
    expect(late.connection.state.name).toBe("greeting");
    server.silent.clear();
    world.advance(10_000);
    expect([late.connection.state.name, server.peers.size, count("hello")]).toEqual(["online", 1, 2]);
  });

  test("go on over another socket when who held it lets go", () => {
    const [a, b] = [tab(), tab()];
    b.group(GID);
    world.advance(1_000);
    a.connection.stop();
    shared.close();
    expect([server.peers.size, b.connection.state.name]).toEqual([0, "waiting"]);
    server.post(GID, "meanwhile");
    b.connection.wake();
    world.advance(1_000);
    expect([b.connection.state.name, held(b)]).toEqual(["online", ["meanwhile"]]);
  });

  test("ask no more at once than the server takes", () => {
    const tabs = Array.from({ length: 4 }, () => tab());
    world.advance(1_000);
    server.silent.add("fetchUsers");
    for (const one of tabs) for (let uid = 1; uid < 3_000; ++uid) one.users.name(uid * 7);
    world.advance(100);
    expect(count("fetchUsers")).toBeLessThanOrEqual(8);
  });

  test("whose token has ended are all told so", () => {
    const client = () => {
      const one = new Client({ env: world, open: shared.open, token: "2", device: 1, client: "test" }, () => {});
      one.connection.start();
      return one;
    };
    const tabs = [client(), client()];
    world.advance(60_000);
    expect(tabs.map(({ connection }) => connection.state.name)).toEqual(["stopped", "stopped"]);
  });
});

test("whatever happens, all tabs come to hold what the server has, once and in order", () => {
  const act = fc.constantFrom("post", "send0", "send1", "send2", "cut", "let go", "open", "away", "back", "wait", "lose");
  fc.assert(fc.property(fc.integer(), fc.array(act, { minLength: 5, maxLength: 40 }), (seed, acts) => {
    begin(seed);
    server.lostPushes = 0.2;
    server.doubledPushes = 0.1;
    const tabs = [tab(), tab(), tab()];
    const sent: string[] = [];
    for (const [i, what] of acts.entries()) {
      const one = tabs[i % 3] as Client;
      if (what === "post") server.post(GID, `p${i}`);
      else if (what === "cut") server.cut(1);
      else if (what === "let go") shared.close();
      else if (what === "open") one.group(GID);
      else if (what === "away") one.connection.rest();
      else if (what === "back") one.connection.back();
      else if (what === "lose") server.lostPushes = 0.5;
      else if (what.startsWith("send")) {
        sent.push(`s${i}`);
        tabs[Number(what.slice(4))]?.group(GID).send({ text: `s${i}` });
      }
      world.advance(Math.floor(world.chance() * 400));
    }
    server.lostPushes = 0;
    for (const one of tabs) {
      one.connection.back();
      one.group(GID);
    }
    world.advance(120_000);
    const truth = texts(server.group(GID).entries);
    expect(truth.filter((text) => text.startsWith("s")).toSorted()).toEqual(sent.toSorted());
    for (const one of tabs) {
      const { log, outbox, mismatches } = one.group(GID);
      expect(texts(log.entries)).toEqual(truth.slice(log.first - 1));
      expect([log.last, outbox.items.length, mismatches]).toEqual([truth.length, 0, 0]);
    }
    expect(server.peers.size).toBe(1);
  }), { numRuns: 150 });
}, 60_000);

test("the number of a frame is read and written without the rest of it", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 0xffff_ffff }), (before, after) => {
    const command = commandParts(encodeCommand(before, { case: "close", value: { gid: 5 } }));
    expect([command.requestId, command.kind, withRequestId(after, command.rest)]).toEqual([before, "close", encodeCommand(after, { case: "close", value: { gid: 5 } })]);
    const event = eventParts(encodeEvent(before, { case: "pulse", value: {} }));
    expect([event.requestId, event.kind, withRequestId(after, event.rest)]).toEqual([before, "pulse", encodeEvent(after, { case: "pulse", value: {} })]);
  }));
  expect([commandParts(new Uint8Array()), commandParts(Uint8Array.of(8, 0x80)).kind]).toEqual([{ requestId: 0, kind: "", rest: new Uint8Array() }, ""]);
});
