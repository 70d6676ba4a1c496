import { beforeEach, describe, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code, type Command } from "../src/codec";
import type { Group } from "../src/group";
import type { Failure } from "../src/outcome";
import { SHOWN_FOR_MS, SPOKE_FOR_MS, TOLD_EVERY_MS } from "../src/typing";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let ann: Client;
let group: Group;
let ended: (Failure | undefined)[];

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  group = ann.group(GID);
  for (let i = 1; i <= 3; ++i) server.post(GID, `n${i}`);
  world.advance(1_000);
  ended = [];
});

const end = (failure?: Failure) => ended.push(failure);
const done = () => ({ case: "done" as const, value: {} });
const last = <Case extends Command["case"]>(name: Case) =>
  server.asked.map(({ command }) => command).findLast((command): command is Extract<Command, { case: Case }> => command.case === name)?.value;

describe("commands on entries", () => {
  test("name the epoch that is shown, and an edit the revision that was edited", () => {
    for (const name of ["recall", "edit"] as const) server.answers.set(name, done);
    group.entryCommands.recall(2, end);
    const entry = group.log.at(3);
    if (entry) group.entryCommands.edit({ ...entry, revision: 4 }, { text: "better" }, end);
    world.advance(200);
    expect(ended).toEqual([undefined, undefined]);
    expect(last("recall")).toMatchObject({ gid: GID, epoch: 1, seq: 2 });
    expect(last("edit")).toMatchObject({ gid: GID, epoch: 1, seq: 3, revision: 4 });
  });

  test("reactions are cleared by kind, or all of them, and shown until the server has done it", () => {
    group.entryCommands.clearReactions(2, "👍", end);
    world.advance(200);
    expect(ended).toHaveLength(1);
    expect(ended[0]).toBeDefined();
    server.answers.set("clearReactions", done);
    for (const emoji of ["👍", ""]) {
      group.entryCommands.clearReactions(2, emoji, end);
      world.advance(200);
      expect(last("clearReactions")).toMatchObject({ gid: GID, epoch: 1, seq: 2, emoji });
    }
    expect(ended.slice(1)).toEqual([undefined, undefined]);
  });

  test("a time leads to the first entry at or after it, a later one to the last, an empty log to none", () => {
    const found: unknown[] = [];
    const ask = (timeMs: number) => {
      group.entryCommands.near(timeMs, (near) => found.push("failure" in near ? near.failure : (near.entry?.seq ?? 0)));
      world.advance(200);
    };
    const entries = server.group(GID).entries.map((entry, i) => Object.assign(entry, { timeMs: 1_000 * (i + 1) }));
    server.answers.set("near", () => ({ case: "range", value: { gid: GID, epoch: 1, firstSeq: 1, entries, head: 3 } }));
    for (const timeMs of [0, 1_500, 2_000, 9_000]) ask(timeMs);
    expect(last("near")).toMatchObject({ gid: GID, timeMs: 9_000 });
    server.answers.set("near", () => ({ case: "reset", value: { gid: GID, epoch: 1, floor: 3 } }));
    ask(0);
    server.answers.set("near", () => ({ case: "refused", value: { code: Code.NOT_OPEN } }));
    ask(0);
    expect(found).toEqual([1, 2, 2, 3, 0, expect.objectContaining({ code: Code.NOT_OPEN })]);
  });

  test("a refusal is handed on; one that names another history opens the group again", () => {
    server.answers.set("recall", () => ({ case: "refused", value: { code: Code.WINDOW_CLOSED } }));
    group.entryCommands.recall(2, end);
    world.advance(200);
    expect(ended).toMatchObject([{ code: Code.WINDOW_CLOSED }]);
    server.asked.length = 0;
    server.answers.set("recall", () => ({ case: "refused", value: { code: Code.EPOCH_CHANGED } }));
    group.entryCommands.recall(2, end);
    world.advance(200);
    expect(server.asked.map(({ command }) => command.case)).toEqual(["recall", "open"]);
  });

  test("what is hidden is hidden when the server has it, not before", () => {
    group.entryCommands.hide([1, 2], end);
    world.advance(200);
    expect([...group.marks.hidden]).toEqual([]);
    server.answers.set("hide", done);
    group.entryCommands.hide([1, 2], end);
    world.advance(200);
    expect([...group.marks.hidden]).toEqual([1, 2]);
  });

  test("of very many that are hidden at once only those count that the server was told of", () => {
    server.answers.set("hide", done);
    const seqs = Array.from({ length: 150 }, (_, i) => i + 1);
    group.entryCommands.hide(seqs, end);
    world.advance(200);
    expect(last("hide")).toMatchObject({ seqs: seqs.slice(0, 100) });
    expect([...group.marks.hidden]).toEqual(seqs.slice(0, 100));
  });

  test("a reaction is shown at once and taken back when it is refused", () => {
    group.entryCommands.react(2, "👍", true, end);
    expect(group.marks.reactions(2)).toMatchObject([{ emoji: "👍", count: 1, mine: true }]);
    world.advance(200);
    expect(group.marks.reactions(2)).toEqual([]);
  });
});

describe("lists in pages", () => {
  test("members come page by page, by the beginning of the name, and stop at the end", () => {
    server.answers.set("fetchMembers", (command) => {
      const at = command.case === "fetchMembers" ? (command.value.cursor?.[0] ?? 0) : 0;
      return {
        case: "members",
        value: { gid: GID, members: [{ uid: at + 1, name: `a${at}` }], next: at < 2 ? Uint8Array.of(at + 1) : new Uint8Array(), total: 3 },
      };
    });
    const members = group.membership.list("a", "members", () => {});
    for (let i = 0; i < 6; ++i) {
      members.more();
      members.more();
      world.advance(200);
    }
    expect(members.items.map(({ name }) => name)).toEqual(["a0", "a1", "a2"]);
    expect(members.complete).toBe(true);
    expect(members.total).toBe(3);
    expect(server.asked.filter(({ command }) => command.case === "fetchMembers")).toHaveLength(3);
    expect(last("fetchMembers")).toMatchObject({ gid: GID, prefix: "a", pending: false, banned: false });
  });

  test("asked for again, what is held stays until the new page is here, and goes then", () => {
    let uid = 1;
    server.answers.set("fetchMembers", () => ({ case: "members", value: { gid: GID, members: [{ uid, name: `m${uid}` }], total: 1 } }));
    const members = group.membership.list("", "members", () => {});
    members.more();
    world.advance(200);
    uid = 2;
    members.again();
    expect(members.items.map(({ name }) => name)).toEqual(["m1"]);
    world.advance(200);
    expect(members.items.map(({ name }) => name)).toEqual(["m2"]);
  });

  test("begun again while a page is on its way, that page is not added", () => {
    server.answers.set("fetchMembers", (command) => {
      const at = command.case === "fetchMembers" ? (command.value.cursor?.[0] ?? 0) : 0;
      return { case: "members", value: { gid: GID, members: [{ uid: at + 1, name: `a${at}` }], next: Uint8Array.of(at + 1), total: 9 } };
    });
    const members = group.membership.list("", "members", () => {});
    members.more();
    world.advance(200);
    members.more();
    members.again();
    world.advance(200);
    expect(members.items.map(({ name }) => name)).toEqual(["a0"]);
    members.more();
    world.advance(200);
    expect(members.items.map(({ name }) => name)).toEqual(["a0", "a1"]);
  });

  test("a refused page says why and can be asked for again", () => {
    const members = group.membership.list("", "waiting", () => {});
    members.more();
    world.advance(200);
    expect(members.failure).toMatchObject({ code: Code.UNSUPPORTED });
    server.answers.set("fetchMembers", () => ({ case: "members", value: { gid: GID, members: [{ uid: 5, name: "e" }], total: 1 } }));
    members.again();
    world.advance(200);
    expect(members.items).toHaveLength(1);
    expect(members.failure).toBeUndefined();
  });
});

describe("settings and membership", () => {
  test("only the named fields are sent, by their names on the wire", () => {
    server.answers.set("configureGroup", done);
    group.membership.configure({ slowModeS: 30, joinPolicy: 2, holdMs: 1_000 }, ["slowModeS", "joinPolicy", "historyForJoiners", "holdMs"], end);
    world.advance(200);
    expect(last("configureGroup")).toMatchObject({ epoch: 1, fields: ["slow_mode_s", "join_policy", "history_for_joiners", "hold_ms"] });
  });

  test("a changed group has its new name and count everywhere", () => {
    server.tell(1, { case: "groupChanged", value: { gid: GID, epoch: 1, settings: { name: "New", slowModeS: 5 }, members: 42 } });
    world.advance(200);
    expect(group.opened).toMatchObject({ name: "New", members: 42, settings: { slowModeS: 5 } });
  });

  test("who was put out knows why; who joins again starts with a new group", () => {
    server.tell(1, { case: "ousted", value: { gid: GID, reason: 2, by: 9 } });
    world.advance(200);
    expect([group.state, group.oustedBy]).toEqual(["ousted", { reason: 2, by: 9 }]);
    server.tell(1, { case: "userLog", value: { entries: [{ userLogSeq: 1, gid: GID, epoch: 1, event: { case: "joined", value: { role: 1 } } }], head: 1 } });
    world.advance(200);
    expect(ann.group(GID)).not.toBe(group);
  });
});

describe("typing", () => {
  test("is told now and then, not with every key", () => {
    for (let i = 0; i < 10; ++i) {
      group.typing.typed();
      world.advance(TOLD_EVERY_MS / 5);
    }
    expect(server.asked.filter(({ command }) => command.case === "typing")).toHaveLength(2);
  });

  test("of others is shown for a while, until they speak; mine is not", () => {
    world.advance(SPOKE_FOR_MS);
    server.tell(1, { case: "typingNow", value: { gid: GID, uids: [1, 99, 98] } });
    world.advance(100);
    expect(group.typing.who).toEqual([99, 98]);
    server.post(GID, "said", 99);
    world.advance(100);
    expect(group.typing.who).toEqual([98]);
    world.advance(SHOWN_FOR_MS);
    expect(group.typing.who).toEqual([]);
  });

  test("ends with the message, though the server still tells what it gathered before; and may begin again", () => {
    server.post(GID, "said", 99);
    world.advance(200);
    server.tell(1, { case: "typingNow", value: { gid: GID, uids: [99] } });
    world.advance(100);
    expect(group.typing.who).toEqual([]);
    world.advance(SPOKE_FOR_MS);
    server.tell(1, { case: "typingNow", value: { gid: GID, uids: [99] } });
    world.advance(100);
    expect(group.typing.who).toEqual([99]);
  });
});
