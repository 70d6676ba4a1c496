import { beforeEach, describe, expect, test } from "vitest";
import { Client } from "../src/client";
import type { ClientOptions } from "../src/client_options";
import { Code, decodeOpened, encodeBody, encodeOpened } from "../src/codec";
import type { Unsent } from "../src/unsent";
import { FakeServer } from "./fake_server";
import { GID, signIn, texts } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  for (let i = 1; i <= 30; ++i) server.post(GID, `m${i}`);
});

function next(options: Partial<ClientOptions>): Client {
  return new Client({ env: world, open: server.opener(1), token: "1", device: 1, client: "test", ...options }, () => {});
}

// What a page that was online has kept of the group.
function snapshot(): Uint8Array {
  const ann = signIn(server, 1);
  ann.group(GID);
  world.advance(1_000);
  const bytes = ann.group(GID).snapshot.take();
  ann.connection.stop();
  if (!bytes) throw new Error("nothing was kept");
  return bytes;
}

const said = () => texts(server.group(GID).entries.slice(30));
const told = () => server.asked.map(({ command }) => command).filter((command) => command.case === "read").map(({ value }) => value);
const resumed = () => server.asked.findLast(({ command }) => command.case === "hello")?.command.value;

describe("a group that a page has kept", () => {
  test("is there before the network, and is gone on with from its cursor", () => {
    const bytes = snapshot();
    const bob = next({ kept: (gid) => (gid === GID ? bytes : undefined) });
    const group = bob.group(GID);
    expect(texts(group.log.entries)).toEqual(Array.from({ length: 30 }, (_, i) => `m${i + 1}`));
    expect([group.state, group.opened?.members, group.log.last]).toEqual(["offline", 3, 30]);
    server.post(GID, "later");
    bob.connection.start();
    world.advance(1_000);
    expect(resumed()).toMatchObject({ resume: [{ gid: GID, epoch: 1, seq: 30 }] });
    expect([group.state, group.mismatches, texts(group.log.entries).at(-1), group.log.first]).toEqual(["open", 0, "later", 1]);
    expect(group.log.digest).toEqual(server.group(GID).digestAt(31));
  });

  test("knows what was seen and not told, and tells it", () => {
    const ann = signIn(server, 1);
    ann.group(GID);
    world.advance(1_000);
    ann.group(GID).reader.show(20);
    const bytes = ann.group(GID).snapshot.take();
    ann.connection.stop();
    expect(told()).toEqual([]);
    const again = next({ kept: () => bytes });
    const { reader } = again.group(GID);
    expect([reader.shown, reader.unread()]).toEqual([20, 10]);
    again.connection.start();
    world.advance(60_000);
    expect([reader.read, reader.unread()]).toEqual([20, 10]);
    expect(told()).toMatchObject([{ gid: GID, seq: 20 }]);
  });

  test("knows what its reader hid there", () => {
    server.answers.set("hide", () => ({ case: "done", value: {} }));
    const ann = signIn(server, 1);
    const group = ann.group(GID);
    world.advance(1_000);
    group.entryCommands.hide([3, 7], () => {});
    world.advance(1_000);
    const bytes = group.snapshot.take();
    ann.connection.stop();
    expect([...next({ kept: () => bytes }).group(GID).marks.hidden]).toEqual([3, 7]);
  });

  test("is dropped where the server's chain says otherwise", () => {
    const bytes = snapshot();
    const other = server.group(GID);
    server.groups.delete(GID);
    for (let i = 1; i <= 31; ++i) server.post(GID, `n${i}`);
    expect(other.digestAt(30)).not.toEqual(server.group(GID).digestAt(30));
    const bob = next({ kept: () => bytes });
    const group = bob.group(GID);
    bob.connection.start();
    world.advance(10_000);
    expect([group.state, group.mismatches]).toEqual(["open", 1]);
    expect(texts(group.log.entries)[0]).toMatch(/^n/);
    expect(group.log.digest).toEqual(server.group(GID).digestAt(31));
  });

  test("is passed over when it is damaged, cut, changed, or another group's", () => {
    const bytes = snapshot();
    const opened = decodeOpened(bytes);
    if (!opened) throw new Error("no Opened");
    const [first, ...rest] = opened.entries;
    if (!first) throw new Error("no entries");
    const changed = [{ ...first, body: encodeBody({ text: "never said" }) }, ...rest];
    const bad = [
      bytes.slice(0, -1), bytes.slice(7), new Uint8Array(), encodeOpened({ ...opened, gid: GID + 1 }),
      encodeOpened({ ...opened, entries: changed }), encodeOpened({ ...opened, entries: rest }),
    ];
    for (const one of bad) {
      const bob = next({ kept: () => one });
      const group = bob.group(GID);
      expect([group.log.entries.length, group.opened, group.cursor().seq]).toEqual([0, undefined, 0]);
      bob.connection.start();
      world.advance(1_000);
      expect([group.state, group.mismatches, group.log.last]).toEqual(["open", 0, 30]);
      bob.connection.stop();
    }
  });

  test("is asked for again where it is shown: somebody may have recalled something", () => {
    const bytes = snapshot();
    server.edit(GID, 29);
    const bob = next({ kept: () => bytes });
    const group = bob.group(GID);
    bob.connection.start();
    world.advance(1_000);
    group.revalidation.shown(20, 30);
    world.advance(1_000);
    expect([group.log.at(29)?.recalled, group.mismatches]).toEqual([true, 0]);
  });

  test("gives way to the newest page when too much was said", () => {
    const bytes = snapshot();
    for (let i = 0; i < 300; ++i) server.post(GID, "x");
    const bob = next({ kept: () => bytes });
    const group = bob.group(GID);
    bob.connection.start();
    world.advance(1_000);
    expect([group.log.last, group.log.first > 31, group.mismatches]).toEqual([330, true, 0]);
  });

  test("is its newest 100 entries, and its stamp tells when it is another", () => {
    for (let i = 31; i <= 250; ++i) server.post(GID, `m${i}`);
    const ann = signIn(server, 1);
    const group = ann.group(GID);
    world.advance(1_000);
    while (group.log.first > 1) {
      group.history.older();
      world.advance(500);
    }
    const stamp = group.snapshot.stamp;
    const first = decodeOpened(group.snapshot.take() ?? new Uint8Array());
    expect([first?.firstSeq, first?.head, first?.digestBefore]).toEqual([151, 250, server.group(GID).digestAt(150)]);
    for (let i = 0; i < 7; ++i) {
      server.post(GID, "y");
      world.advance(100);
      const { firstSeq, digestBefore } = decodeOpened(group.snapshot.take() ?? new Uint8Array()) ?? { firstSeq: 0 };
      expect([firstSeq, digestBefore]).toEqual([152 + i, server.group(GID).digestAt(151 + i)]);
    }
    expect(group.snapshot.stamp).not.toBe(stamp);
    const edited = group.snapshot.stamp;
    server.edit(GID, 250);
    world.advance(100);
    expect(group.snapshot.stamp).not.toBe(edited);
  });

  test("that nobody may see any more is not kept", () => {
    const ann = signIn(server, 1);
    const group = ann.group(GID);
    expect(group.snapshot.take()).toBeUndefined();
    world.advance(1_000);
    expect(group.snapshot.take()).toBeDefined();
    server.tell(1, { case: "ousted", value: { gid: GID, reason: 1, by: 2 } });
    world.advance(100);
    expect([group.state, group.snapshot.take()]).toEqual(["ousted", undefined]);
  });
});

test("the list of groups is there until the server has told it anew", () => {
  const summary = { gid: GID, name: "Tea", unread: 3, activityMs: 5 };
  server.answers.set("list", () => ({ case: "groups", value: { groups: [summary], total: 1 } }));
  const ann = signIn(server, 1);
  expect(ann.directory.snapshot()).toBeUndefined();
  world.advance(1_000);
  const kept = ann.directory.snapshot() ?? new Uint8Array();
  server.answers.set("list", () => ({ case: "groups", value: { groups: [{ ...summary, name: "Coffee" }], total: 1 } }));
  const bob = next({});
  bob.directory.restore(kept.slice(1));
  expect(bob.directory.loaded).toBe(false);
  bob.directory.restore(kept);
  expect([bob.directory.loaded, bob.directory.find(GID)?.name, bob.directory.total]).toEqual([true, "Tea", 1]);
  bob.connection.start();
  world.advance(1_000);
  expect(bob.directory.find(GID)?.name).toBe("Coffee");
});

describe("what is written", () => {
  test("goes out once it is saved, and nothing that was written after it goes before", () => {
    const saved: (() => void)[] = [];
    const bob = next({ save: (_, done) => void saved.push(done) });
    const group = bob.group(GID);
    bob.connection.start();
    world.advance(1_000);
    for (const text of ["a", "b", "c"]) group.send({ text });
    saved[1]?.();
    world.advance(5_000);
    expect(said()).toEqual([]);
    saved[0]?.();
    world.advance(5_000);
    expect(said()).toEqual(["a", "b"]);
    saved[2]?.();
    world.advance(5_000);
    expect([said(), group.outbox.items]).toEqual([["a", "b", "c"], []]);
  });

  test("before a page closed goes out from the next one, once and in its order", () => {
    const left: Unsent[] = [];
    server.down = true;
    const ann = next({ save: (unsent, done) => void (left.push(unsent), done()) });
    ann.connection.start();
    for (const text of ["a", "b", "c", "d", "e", "f"]) ann.group(GID).send({ text });
    world.advance(1_000);
    ann.connection.stop();
    server.down = false;
    for (let page = 0; page < 2; ++page) {
      const bob = next({ save: (_, done) => done() });
      bob.restore(left);
      bob.group(GID).send({ text: `later ${page}` });
      bob.connection.start();
      world.advance(5_000);
      expect(bob.unsent).toEqual([]);
      bob.connection.stop();
    }
    expect(said()).toEqual(["a", "b", "c", "d", "e", "f", "later 0", "later 1"]);
  });

  test("and was refused is not offered again by the next page, until its writer says so", () => {
    const ann = signIn(server, 1);
    ann.group(GID);
    world.advance(1_000);
    server.refuseNext.push({ code: Code.NOT_PERMITTED });
    ann.group(GID).send({ text: "no" });
    world.advance(1_000);
    const [left] = ann.unsent;
    expect(left?.refusal).toMatchObject({ code: Code.NOT_PERMITTED });
    ann.connection.stop();
    const bob = next({});
    if (left) bob.restore([left]);
    bob.connection.start();
    world.advance(5_000);
    const [item] = bob.group(GID).outbox.items;
    expect([item?.state, item?.refusal?.code, said()]).toEqual(["refused", Code.NOT_PERMITTED, []]);
    bob.group(GID).writer.sendAgain(item?.cmid ?? new Uint8Array());
    world.advance(5_000);
    expect(said()).toEqual(["no"]);
  });
});
