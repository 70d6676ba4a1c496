// How many groups are watched at once, and which one is closed for another.

import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code, decodeBody, encodeBody } from "../src/codec";
import { FakeServer } from "./fake_server";
import { GID, signIn, texts } from "./people";
import { World } from "./world";

const WATCHED_MAX = 8;

let world: World;
let server: FakeServer;
let ann: Client;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
});

const open = (from: number, to: number) => {
  for (let gid = from; gid <= to; ++gid) ann.group(gid);
  world.advance(1_000);
};
const closed = () => server.asked.flatMap(({ command }) => (command.case === "close" ? [command.value.gid] : []));
const served = () => Array.from(server.peers, ({ watched }) => Array.from(watched)).flat().toSorted((a, b) => a - b);
const unsent = () => ann.unsent.map(({ gid, body }) => `${gid}: ${decodeBody(body)?.text}`);

test("a ninth group closes the one that was not looked at for longest, here and at the server", () => {
  open(1, WATCHED_MAX);
  ann.group(1);
  expect(closed()).toEqual([]);
  open(9, 9);
  expect(closed()).toEqual([2]);
  expect(ann.watched(2)).toBeUndefined();
  expect([ann.watched(1)?.state, ann.watched(9)?.state]).toEqual(["open", "open"]);
  expect(served()).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
});

test("a group with words that are not sent yet stays, and the next one goes; once they are sent it goes like any other", () => {
  open(1, WATCHED_MAX);
  server.refuseNext.push({ code: Code.SLOW_MODE, retryAfterMs: 30_000 });
  ann.watched(1)?.send({ text: "not yet" });
  world.advance(1_000);
  open(9, 9);
  expect(closed()).toEqual([2]);
  expect(unsent()).toEqual(["1: not yet"]);
  world.advance(40_000);
  expect(texts(server.group(1).entries)).toEqual(["not yet"]);
  open(10, 10);
  expect(closed()).toEqual([2, 1]);
});

test("where every other group has words that are not sent, the one that was opened just now stays all the same", () => {
  open(1, WATCHED_MAX);
  for (let gid = 1; gid <= WATCHED_MAX; ++gid) {
    server.refuseNext.push({ code: Code.SLOW_MODE, retryAfterMs: 30_000 });
    ann.watched(gid)?.send({ text: "waits" });
  }
  world.advance(1_000);
  const ninth = ann.group(9);
  world.advance(1_000);
  expect(ann.watched(9) === ninth).toBe(true);
  expect([ninth.state, closed()]).toEqual(["open", []]);
});

test("what a page has left unsent in more groups than are watched is not lost", () => {
  open(1, WATCHED_MAX);
  server.cut(1);
  server.down = true;
  for (let gid = 1; gid <= 12; ++gid) ann.group(gid).send({ text: "kept" });
  expect(unsent()).toHaveLength(12);
  const next = signIn(server, 1);
  next.restore(ann.unsent);
  ann.connection.stop();
  expect(next.unsent).toHaveLength(12);
  server.down = false;
  world.advance(60_000);
  for (let gid = 1; gid <= 12; ++gid) expect(texts(server.group(gid).entries)).toEqual(["kept"]);
});

test("what was read in a group is told before it is closed", () => {
  server.post(1, "x");
  open(1, WATCHED_MAX);
  ann.watched(1)?.reader.show(1);
  open(9, 9);
  const told = server.asked.flatMap(({ command }) => (command.case === "read" || command.case === "close" ? [`${command.case} ${command.value.gid}`] : []));
  expect(told).toEqual(["read 1", "close 1"]);
});

test("a group that is watched is opened once, however often it is asked for", () => {
  world.advance(1_000);
  for (let i = 0; i < 5; ++i) open(1, 1);
  expect(server.asked.filter(({ command }) => command.case === "open")).toHaveLength(1);
});

test("what waited for too long is refused, and goes as new once its writer says so", () => {
  const old = { gid: GID, cmid: new Uint8Array(16).fill(1), body: encodeBody({ text: "of last week" }), writtenMs: 1 };
  server.answers.set("send", () => ({ case: "refused", value: { code: Code.SEND_EXPIRED, field: "cmid" } }));
  const ann = signIn(server, 1);
  ann.restore([old]);
  world.advance(5_000);
  const group = ann.group(GID);
  expect(group.outbox.items.map(({ state, refusal }) => [state, refusal?.code])).toEqual([["refused", Code.SEND_EXPIRED]]);
  server.answers.delete("send");
  group.writer.sendAgain(old.cmid);
  world.advance(5_000);
  expect(group.outbox.items).toEqual([]);
  expect(texts(group.log.entries)).toEqual(["of last week"]);
});
