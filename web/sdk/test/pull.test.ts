// What every part that asks for entries by their numbers has in common, seen through two of them.

import { beforeEach, expect, test } from "vitest";
import { Code, type Entry } from "../src/codec";
import type { Group } from "../src/group";
import type { Failure } from "../src/outcome";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let group: Group;
let found: (readonly Entry[] | Failure)[];

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  for (let i = 1; i <= 200; ++i) server.post(GID, `n${i}`);
  group = signIn(server, 1).group(GID);
  found = [];
  world.advance(1_000);
});

const asked = (kind: "open" | "pull") => server.asked.filter(({ command }) => command.case === kind).length;
const looksFor = (seq: number) => group.entryCache.around(seq, (answer) => found.push(answer));

test("a look-up that is answered by a fork leaves the lost history as any other pull does", () => {
  server.group(GID).lose(5);
  server.answers.set("pull", () => ({ case: "fork", value: { gid: GID, epoch: 2, forkSeq: 195 } }));
  looksFor(30);
  world.advance(1_000);
  expect(found).toEqual(["offline"]);
  expect([group.state, group.log.epoch, group.log.last, group.mismatches]).toEqual(["open", 2, 195, 0]);
});

test("a look-up that is told that the group is not open on this connection opens it", () => {
  server.answers.set("pull", () => ({ case: "refused", value: { code: Code.NOT_OPEN } }));
  looksFor(30);
  world.advance(1_000);
  expect(found).toMatchObject([{ code: Code.NOT_OPEN }]);
  expect([group.state, asked("open")]).toEqual(["open", 1]);
});

test("a look-up ends once when the connection goes", () => {
  server.silent.add("pull");
  looksFor(30);
  world.advance(100);
  server.cut(1);
  world.advance(60_000);
  expect([found, group.entryCache.asking]).toEqual([["offline"], false]);
});

test("an answer to what was asked before all was forgotten counts for nothing", () => {
  server.answers.set("pull", () => ({ case: "refused", value: { code: Code.NOT_OPEN } }));
  looksFor(30);
  group.entryCache.forget();
  world.advance(1_000);
  expect([found, group.entryCache.asking, asked("open")]).toEqual([["offline"], false, 0]);
});

test("a wait that was begun on a former connection does not end the next one", () => {
  server.answers.set("pull", () => ({ case: "refused", value: { code: Code.OVERLOADED } }));
  group.history.older();
  world.advance(1_200);
  group.disconnected();
  group.connected(false);
  world.advance(300);
  expect(group.history.older()).toBe(true);
  world.advance(1_000);
  expect(group.history.older()).toBe(false);
});

test("entries that come again and do not lead to their digest open the group afresh", () => {
  group.revalidation.mark();
  server.group(GID).digests[170] = new Uint8Array(16);
  group.revalidation.shown(160, 170);
  world.advance(200);
  expect(group.mismatches).toBe(1);
  world.advance(1_000);
  expect(group.state).toBe("open");
});

test("a server that answers with later entries than those that are missing is not asked without a pause", () => {
  server.lostPushes = 1;
  server.post(GID, "n201");
  const entry = server.post(GID, "n202");
  const { digests } = server.group(GID);
  const [digestBefore, digest] = [digests[201] ?? new Uint8Array(), digests[202] ?? new Uint8Array()];
  const range = { gid: GID, epoch: 1, firstSeq: 202, entries: [entry], digestBefore, digest, head: 202, floor: 0 };
  server.answers.set("pull", () => ({ case: "range", value: range }));
  world.advance(30_000);
  expect(asked("pull")).toBeGreaterThan(1);
  expect(asked("pull")).toBeLessThan(20);
  server.answers.clear();
  world.advance(60_000);
  expect([group.log.last, group.mismatches]).toEqual([202, 0]);
});
