// What a client asks of its own accord, and what it believes without an answer.

import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code, decodeBody, type Command } from "../src/codec";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let ann: Client;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
});

const asked = (name: Command["case"]) => server.asked.filter(({ command }) => command.case === name);
const tells = (userLogSeq: number, event: object) =>
  server.tell(1, { case: "userLog", value: { entries: [{ userLogSeq, gid: GID, epoch: 1, event: event as never }], head: userLogSeq } });

test("a block that is refused blocks nobody, and one that another device has lifted is lifted here", () => {
  world.advance(1_000);
  ann.block(9, true, () => {});
  world.advance(200);
  expect([...ann.blocked]).toEqual([]);
  server.answers.set("blockUser", () => ({ case: "done", value: {} }));
  ann.block(9, true, () => {});
  world.advance(200);
  expect([...ann.blocked]).toEqual([9]);
  tells(1, { case: "blocked", value: { uid: 9, blocked: false } });
  world.advance(200);
  expect([...ann.blocked]).toEqual([]);
});

test("a group that does not let somebody in is not asked again with every connection, but once they are let in", () => {
  server.answers.set("open", () => ({ case: "refused", value: { code: Code.NOT_A_MEMBER } }));
  world.advance(1_000);
  ann.group(GID);
  world.advance(1_000);
  expect(ann.group(GID).state).toBe("refused");
  server.answers.clear();
  server.cut(1);
  world.advance(5_000);
  const hello = asked("hello").at(-1)?.command;
  expect(hello?.case === "hello" && hello.value.resume).toEqual([]);
  expect(ann.group(GID).state).toBe("refused");
  tells(1, { case: "joined", value: { role: 1 } });
  world.advance(1_000);
  ann.group(GID);
  world.advance(1_000);
  expect(ann.group(GID).state).toBe("open");
});

test("somebody who was put out is not in again with the next connection", () => {
  ann.group(GID);
  world.advance(1_000);
  server.tell(1, { case: "ousted", value: { gid: GID, reason: 2, by: 9 } });
  world.advance(200);
  server.cut(1);
  world.advance(5_000);
  expect(ann.group(GID).state).toBe("ousted");
  expect(asked("open")).toEqual([]);
});

test("the list is asked for when more people are here than are known, and not with every pulse", () => {
  ann.group(GID);
  world.advance(1_000);
  const before = asked("list").length;
  const here = (count: number) => {
    server.tell(1, { case: "pulse", value: { timeMs: world.now(), online: [{ gid: GID, count }] } });
    world.advance(5_000);
    return asked("list").length - before;
  };
  expect([here(3), here(2), here(3), here(4), here(4), here(4)]).toEqual([0, 0, 0, 1, 1, 1]);
});

test("in a large group somebody unknown who speaks is no reason to ask for the list", () => {
  ann.group(GID);
  world.advance(1_000);
  const before = asked("list").length;
  server.tell(1, { case: "groupChanged", value: { gid: GID, epoch: 1, members: 5_000 } });
  world.advance(200);
  server.post(GID, "x", 77);
  world.advance(5_000);
  expect(asked("list")).toHaveLength(before);
});

test("a page that is put away knows that its groups are not open any more", () => {
  const group = ann.group(GID);
  world.advance(1_000);
  ann.connection.rest();
  expect(group.state).toBe("offline");
  group.send({ text: "later" });
  expect(group.outbox.items.map(({ state }) => state)).toEqual(["waiting"]);
});

test("words that were refused for good are kept for the next page too, and those that were stored are not", () => {
  const group = ann.group(GID);
  world.advance(1_000);
  server.refuseNext.push({ code: Code.TEXT_TOO_LONG });
  server.lostPushes = 1;
  for (const text of ["refused", "stored"]) group.send({ text });
  world.advance(400);
  expect(group.outbox.items.map(({ state }) => state)).toEqual(["refused", "kept"]);
  expect(ann.unsent.map(({ body }) => decodeBody(body)?.text)).toEqual(["refused"]);
});
