import { beforeEach, expect, test } from "vitest";
import type { UserLogEntry } from "../src/codec";
import type { Draft } from "../src/plain";
import { inMemory, UserLog } from "../src/userlog";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

type Entry = Draft<UserLogEntry>;

let world: World;
let server: FakeServer;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
});

const hides = (userLogSeq: number, ...seqs: number[]): Entry => ({
  userLogSeq, gid: GID, epoch: 1, event: { case: "hidden", value: { gid: GID, epoch: 1, seqs } },
});
const entry = (userLogSeq: number): UserLogEntry => ({ userLogSeq, timeMs: 0, gid: 1, epoch: 1, event: { case: undefined } }) as UserLogEntry;
const of = (userLogSeq: number, event: Entry["event"]): Entry => ({ userLogSeq, gid: GID, epoch: 1, ...(event && { event }) });
const tell = (entries: Entry[], head = entries.at(-1)?.userLogSeq ?? 0) =>
  server.tell(1, { case: "userLog", value: { entries, head } });

test("each number is applied once, whatever is doubled or late", () => {
  const heard: number[] = [];
  const place = inMemory();
  const log = new UserLog(world, () => {}, place, { happened: ({ userLogSeq }) => heard.push(userLogSeq), afresh: () => {} });
  for (const seqs of [[1, 2], [2], [1, 2, 3], [0], [3]]) log.take({ entries: seqs.map(entry), head: seqs.at(-1) ?? 0, reset: false });
  expect(heard).toEqual([1, 2, 3, 0]);
  expect(place.read()).toBe(3);
});

test("the first entry of an empty log is applied without a fetch, and a later one is not", () => {
  const heard: number[] = [];
  const asked: unknown[] = [];
  const request = (command: unknown) => void asked.push(command);
  const log = new UserLog(world, request, inMemory(), { happened: ({ userLogSeq }) => heard.push(userLogSeq), afresh: () => {} });
  const first = 2 ** 32 + 1;
  log.greeted();
  log.take({ entries: [], head: 0, reset: false });
  log.take({ entries: [entry(first + 1)], head: first + 1, reset: false });
  expect([heard, asked.length]).toEqual([[], 1]);
  const other = new UserLog(world, request, inMemory(), { happened: ({ userLogSeq }) => heard.push(userLogSeq), afresh: () => {} });
  other.take({ entries: [], head: 0, reset: false });
  other.take({ entries: [entry(first)], head: first, reset: false });
  other.take({ entries: [entry(first + 1)], head: first + 1, reset: false });
  expect([heard, asked.length]).toEqual([[first, first + 1], 1]);
});

test("a gap is fetched from the cursor on, and nothing of what lies behind it is applied before", () => {
  const ann = signIn(server, 1);
  const { hidden } = ann.group(GID).marks;
  for (let i = 0; i < 5; ++i) server.post(GID, "x");
  world.advance(1_000);
  const all = [hides(1, 1), hides(2, 2), hides(3, 3)];
  server.answers.set("fetchUserLog", (command) => {
    const after = command.case === "fetchUserLog" ? (command.value.afterSeq ?? 0) : 0;
    return { case: "userLog", value: { entries: all.slice(after, after + 2), head: 3 } };
  });
  tell([hides(3, 3)]);
  while (!server.asked.some(({ command }) => command.case === "fetchUserLog")) world.advance(1);
  expect([...hidden]).toEqual([]);
  world.advance(1_000);
  expect([...hidden]).toEqual([1, 2, 3]);
  const cursors = server.asked.flatMap(({ command }) => (command.case === "fetchUserLog" ? [command.value.afterSeq ?? 0] : []));
  expect(cursors).toEqual([0, 2]);
});

test("a fetch that is refused is tried again later, not at once", () => {
  signIn(server, 1);
  world.advance(1_000);
  tell([hides(2, 2)]);
  world.advance(60_000);
  const fetches = server.asked.filter(({ command }) => command.case === "fetchUserLog").length;
  expect(fetches).toBeGreaterThan(1);
  expect(fetches).toBeLessThan(30);
});

test("a cursor that the server does not know ends in the list and the groups asked for afresh", () => {
  const ann = signIn(server, 1);
  const group = ann.group(GID);
  server.post(GID, "x");
  world.advance(1_000);
  server.asked.length = 0;
  server.tell(1, { case: "userLog", value: { entries: [], head: 500, reset: true } });
  world.advance(1_000);
  expect(server.asked.map(({ command }) => command.case).toSorted()).toEqual(["list", "open"]);
  expect(group.state).toBe("open");
  tell([hides(501, 1)]);
  world.advance(1_000);
  expect([...group.marks.hidden]).toEqual([1]);
});

test("after a restore the log goes on far above: the answer to a question continues the cursor", () => {
  const ann = signIn(server, 1);
  for (let i = 0; i < 3; ++i) server.post(GID, "x");
  const { hidden } = ann.group(GID).marks;
  world.advance(1_000);
  tell([hides(1, 1)]);
  world.advance(100);
  server.answers.set("fetchUserLog", () => ({ case: "userLog", value: { entries: [hides(4_001, 2)], head: 4_001 } }));
  tell([hides(4_002, 3)]);
  world.advance(200);
  expect([...hidden]).toEqual([1, 2]);
  tell([hides(4_002, 3)]);
  world.advance(200);
  expect([...hidden]).toEqual([1, 2, 3]);
});

test("a device that comes back names its cursor", () => {
  signIn(server, 1);
  world.advance(1_000);
  tell([hides(1, 1), hides(2, 2)]);
  world.advance(100);
  server.cut(1);
  world.advance(10_000);
  const cursors = server.asked.flatMap(({ command }) => (command.case === "hello" ? [command.value.userLogSeq] : []));
  expect(cursors).toEqual([0, 2]);
});

test("reading, muting, roles, notes and blocks of another device are here too", () => {
  const ann = signIn(server, 1);
  const group = ann.group(GID);
  for (let i = 0; i < 5; ++i) server.post(GID, "x");
  world.advance(1_000);
  tell([
    of(0, { case: "read", value: { gid: GID, epoch: 1, seq: 3 } }),
    of(1, { case: "muted", value: { untilMs: 77, by: 2 } }),
    of(2, { case: "mutedForMe", value: { gid: GID, muted: true } }),
    of(3, { case: "roleChanged", value: { role: 2, by: 2 } }),
    of(4, { case: "note", value: { noteId: 4, gid: GID, anchorSeq: 5, text: "psst" } }),
    of(5, { case: "blocked", value: { uid: 9, blocked: true } }),
  ], 5);
  world.advance(100);
  expect(group.reader.unread()).toBe(2);
  expect(group.opened).toMatchObject({ mutedUntilMs: 77, muted: true, role: 2 });
  expect(group.marks.notesAfter(5).map(({ text }) => text)).toEqual(["psst"]);
  expect([...ann.blocked]).toEqual([9]);
});

test("that what waits for those who moderate has changed is told each time, of that group alone", () => {
  const ann = signIn(server, 1);
  const group = ann.group(GID);
  const other = ann.group(GID + 1);
  world.advance(1_000);
  expect(group.moderation.moved).toBe(0);
  for (const moved of [1, 2]) {
    tell([{ userLogSeq: 0, gid: GID, event: { case: "duties", value: {} } }], 0);
    world.advance(100);
    expect([group.moderation.moved, other.moderation.moved]).toEqual([moved, 0]);
  }
});

test("numbers of another history hide nothing here", () => {
  const ann = signIn(server, 1);
  server.post(GID, "x");
  const group = ann.group(GID);
  world.advance(1_000);
  tell([{ ...hides(1, 1), epoch: 9 }]);
  world.advance(100);
  expect([...group.marks.hidden]).toEqual([]);
});

test("a gap is fetched once at a time, however often it is noticed", () => {
  signIn(server, 1);
  world.advance(1_000);
  server.silent.add("fetchUserLog");
  for (const seq of [3, 4, 5]) tell([hides(seq, seq)]);
  world.advance(1_000);
  expect(server.asked.filter(({ command }) => command.case === "fetchUserLog")).toHaveLength(1);
});

test("a server that says that there is more and never has it is asked less and less", () => {
  signIn(server, 1);
  world.advance(1_000);
  server.answers.set("fetchUserLog", () => ({ case: "userLog", value: { entries: [], head: 9 } }));
  tell([hides(9, 1)]);
  world.advance(60_000);
  const fetches = server.asked.filter(({ command }) => command.case === "fetchUserLog").length;
  expect(fetches).toBeGreaterThan(1);
  expect(fetches).toBeLessThan(30);
});
