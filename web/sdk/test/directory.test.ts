import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import type { Entry, GroupSummary } from "../src/codec";
import { FakeServer } from "./fake_server";
import { signIn } from "./people";
import { World } from "./world";

const PAGE = 100;

let world: World;
let server: FakeServer;
let ann: Client;
let all: Partial<GroupSummary>[];

const told = (userLogSeq: number, gid: number, event: { case: "joined" | "ousted" | "hidden"; value: object }) => ({ userLogSeq, gid, epoch: 1, event });
const read = (seq: number) => ({ userLogSeq: 0, gid: 1, epoch: 1, event: { case: "read" as const, value: { gid: 1, epoch: 1, seq } } });
const entry = (seq: number, timeMs: number): Partial<Entry> => ({ seq, timeMs, kind: 1, sender: 9 });

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  all = Array.from({ length: 250 }, (_, i) => ({
    gid: i + 1, name: `g${i + 1}`, epoch: 1, head: 10, read: 10, unread: 0, activityMs: 1_000_000 - i, last: entry(10, 1) as Entry,
  }));
  server.answers.set("list", (command) => {
    const from = command.case === "list" ? (command.value.cursor?.[0] ?? 0) * PAGE : 0;
    const next = from + PAGE < all.length ? Uint8Array.of(from / PAGE + 1) : new Uint8Array();
    const unreadTotal = Math.min(100, all.reduce((sum, { unread = 0, muted }) => (muted ? sum : sum + unread), 0));
    return { case: "groups", value: { groups: all.slice(from, from + PAGE), next, total: all.length, unreadTotal } };
  });
  ann = signIn(server, 1);
});

const lists = () => server.asked.filter(({ command }) => command.case === "list").length;
const total = () => ann.directory.unread(({ unread }) => unread);
const badge = (gid: number, unread: number, head: number, last?: Partial<Entry>) =>
  server.tell(1, { case: "pulse", value: { timeMs: world.now(), badges: [{ gid, unread, head, ...(last && { last }) }] } });

test("one page comes at the beginning, further ones when somebody wants them", () => {
  world.advance(1_000);
  expect([ann.directory.groups.length, ann.directory.total, lists()]).toEqual([100, 250, 1]);
  ann.directory.more();
  ann.directory.more();
  world.advance(1_000);
  expect([ann.directory.groups.length, lists()]).toEqual([200, 2]);
  ann.directory.more();
  world.advance(1_000);
  ann.directory.more();
  expect([ann.directory.groups.length, ann.directory.complete, lists()]).toEqual([250, true, 3]);
});

test("the total counts groups beyond the pages held, and leaves muted ones out", () => {
  all[3] = { ...all[3], unread: 5 };
  all[4] = { ...all[4], unread: 7, muted: true };
  all[240] = { ...all[240], unread: 4 };
  world.advance(1_000);
  expect(total()).toBe(9);
  badge(4, 6, 11, entry(11, 2));
  world.advance(100);
  expect(total()).toBe(10);
});

test("a badge with its entry moves its group to the front and asks for nothing", () => {
  world.advance(1_000);
  badge(50, 3, 13, entry(13, 2_000_000));
  world.advance(5_000);
  const [first] = ann.directory.groups;
  expect([first?.gid, first?.unread, first?.head, first?.last?.seq]).toEqual([50, 3, 13, 13]);
  expect(lists()).toBe(1);
});

test("a badge without one, and one of a group that is not held, ask for the list once in a while", () => {
  world.advance(1_000);
  for (let i = 0; i < 20; ++i) {
    badge(50, i, 11 + i);
    badge(240, 1, 11);
    world.advance(100);
  }
  expect(ann.directory.find(50)?.unread).toBeGreaterThan(0);
  world.advance(5_000);
  expect(lists()).toBeLessThan(5);
});

test("an old badge does not bring an older entry back", () => {
  world.advance(1_000);
  badge(50, 3, 13, entry(13, 2_000_000));
  world.advance(100);
  badge(50, 2, 12, entry(12, 1_999_999));
  world.advance(100);
  expect(ann.directory.find(50)).toMatchObject({ unread: 3, last: { seq: 13 } });
});

test("a recalled last entry is recalled in the list", () => {
  world.advance(1_000);
  badge(50, 2, 13, entry(13, 2_000_000));
  badge(50, 1, 13, { ...entry(13, 2_000_000), revision: 1, recalled: true });
  world.advance(100);
  expect(ann.directory.find(50)?.last?.recalled).toBe(true);
});

test("read to the end on another device: nothing is unread here", () => {
  all[0] = { ...all[0], unread: 5, read: 5 };
  world.advance(1_000);
  server.tell(1, { case: "userLog", value: { entries: [read(10)] } });
  world.advance(100);
  expect(ann.directory.find(1)?.unread).toBe(0);
});

test("joined, kicked and muted elsewhere: the list follows, and a night of joins asks once", () => {
  world.advance(1_000);
  const joins = Array.from({ length: 50 }, (_, i) => told(i + 1, 1_000 + i, { case: "joined", value: {} }));
  server.tell(1, { case: "userLog", value: { entries: [...joins, told(51, 2, { case: "ousted", value: { reason: 2 } })], head: 51 } });
  world.advance(40);
  expect(ann.directory.find(2)).toBeUndefined();
  world.advance(2_000);
  expect(lists()).toBe(2);
});

test("a badge names the group's new name, and says that what stands in the list was changed", () => {
  world.advance(1_000);
  const asked = lists();
  server.tell(1, { case: "pulse", value: { timeMs: world.now(), badges: [{ gid: 3, unread: 0, head: 10, name: "renamed", changed: true }] } });
  world.advance(100);
  expect(ann.directory.find(3)?.name).toBe("renamed");
  all[2] = { ...all[2], name: "renamed", last: { ...entry(10, 1), recalled: true, revision: 1 } as Entry };
  world.advance(5_000);
  expect(lists()).toBe(asked + 1);
  expect(ann.directory.find(3)?.last?.recalled).toBe(true);
});

test("a badge with what stands in the list now asks for nothing, also where that is an older entry", () => {
  world.advance(1_000);
  const asked = lists();
  const tell = (last: Entry) =>
    server.tell(1, { case: "pulse", value: { timeMs: world.now(), badges: [{ gid: 3, unread: 0, head: 10, changed: true, last }] } });
  tell({ ...entry(10, 1), recalled: true, revision: 1 } as Entry);
  world.advance(100);
  expect(ann.directory.find(3)?.last?.recalled).toBe(true);
  tell(entry(9, 1) as Entry); // I hid the tenth on another device.
  world.advance(100);
  expect(ann.directory.find(3)).toMatchObject({ head: 10, last: { seq: 9 } });
  world.advance(5_000);
  expect(lists()).toBe(asked);
});

test("an entry that I hide does not stay in the list", () => {
  world.advance(1_000);
  badge(50, 1, 13, entry(13, 2_000_000));
  world.advance(100);
  const asked = lists();
  server.tell(1, { case: "userLog", value: { entries: [told(1, 50, { case: "hidden", value: { gid: 50, seqs: [13] } })], head: 1 } });
  all[49] = { ...all[49], head: 13, last: entry(12, 1_999_999) as Entry };
  world.advance(5_000);
  expect(lists()).toBe(asked + 1);
  expect(ann.directory.find(50)?.last?.seq).toBe(12);
});

test("a group that has moved to the front between two pages is in the list once", () => {
  world.advance(1_000);
  all.unshift({ ...all[240], activityMs: 2_000_000 });
  all.splice(241, 1);
  ann.directory.more();
  world.advance(1_000);
  const gids = ann.directory.groups.map(({ gid }) => gid);
  expect(gids).toHaveLength(249);
  expect(new Set(gids).size).toBe(249);
});

test("read in part on another device: the server is asked how much is left, and an old report changes nothing", () => {
  all[0] = { ...all[0], unread: 5, read: 5 };
  world.advance(1_000);
  const asked = lists();
  server.tell(1, { case: "userLog", value: { entries: [read(4)] } });
  world.advance(5_000);
  expect([ann.directory.find(1)?.unread, lists()]).toEqual([5, asked]);
  all[0] = { ...all[0], unread: 2, read: 8 };
  server.tell(1, { case: "userLog", value: { entries: [read(8)] } });
  world.advance(100);
  expect(ann.directory.find(1)?.unread).toBe(5);
  world.advance(5_000);
  expect([ann.directory.find(1)?.unread, lists()]).toEqual([2, asked + 1]);
});

test("an older state of the entry that stands in the list does not come back", () => {
  world.advance(1_000);
  const tell = (last: Partial<Entry>) =>
    server.tell(1, { case: "pulse", value: { timeMs: world.now(), badges: [{ gid: 3, unread: 0, head: 10, changed: true, last: last as Entry }] } });
  tell({ ...entry(10, 1), revision: 2, recalled: true });
  world.advance(100);
  tell({ ...entry(10, 1), revision: 1 });
  world.advance(100);
  expect(ann.directory.find(3)?.last).toMatchObject({ revision: 2, recalled: true });
});
