import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Client, Unsent } from "@stentor/sdk";
import { Database, STORES } from "../src/database";
import { KeptDrafts } from "../src/kept_drafts";
import { KeptGroups } from "../src/kept_groups";
import { KeptUnsent } from "../src/kept_unsent";

const DAY_MS = 24 * 3_600_000;
// On a machine that does much else.
vi.setConfig({ testTimeout: 20_000 });
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 8_000 });

let factory: IDBFactory;
let database: Database;

const open = async () => {
  const opened = await Database.open("stentor.5", factory);
  if (!opened) throw new Error("no database");
  return opened;
};
const send = (n: number, ageMs = 0): Unsent => ({ gid: 7, cmid: new Uint8Array(16).fill(n), body: Uint8Array.of(10, 1, n), writtenMs: Date.now() - ageMs });
const saved = (unsent: KeptUnsent, one: Unsent) => new Promise<void>((done) => unsent.save(one, done));

beforeEach(async () => {
  factory = new IDBFactory();
  database = await open();
});

describe("a database", () => {
  test("that is not there, throws, or is a newer page's is none", async () => {
    expect(await Database.open("x", undefined)).toBeUndefined();
    expect(await Database.open("x", { open: () => { throw new Error("SecurityError"); } } as unknown as IDBFactory)).toBeUndefined();
    database.close();
    await new Promise((done) => {
      const request = factory.open("stentor.5", 99);
      request.addEventListener("success", () => (request.result.close(), done(undefined)));
    });
    expect(await Database.open("stentor.5", factory)).toBeUndefined();
  });

  test("that never answers is given up", async () => {
    vi.useFakeTimers();
    const opened = Database.open("x", { open: () => new EventTarget() } as unknown as IDBFactory);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await opened).toBeUndefined();
    vi.useRealTimers();
  });

  test("is let go of for the page of tomorrow, and what is written then says that it was not", async () => {
    await new Promise((done) => factory.open("stentor.5", 99).addEventListener("success", done));
    expect([database.lost, await database.write(["drafts"], (of) => of("drafts").put({}, 1)), await database.read(["drafts"], (of) => [of("drafts").getAll()])]).toEqual([true, false, undefined]);
  });

  test("is removed under all tabs that have it open", async () => {
    await database.write(STORES, (of) => of("drafts").put({ text: "secret" }, 1));
    await Database.remove("stentor.5", factory);
    await soon(() => expect(database.lost).toBe(true));
    const next = await open();
    expect(await next.read(STORES, (of) => [of("drafts").getAll()])).toEqual([[]]);
  });
});

const loadDrafts = async () => {
  const [keys, drafts] = (await database.read<[IDBValidKey[], unknown[]]>(["drafts"], (of) => [of("drafts").getAllKeys(), of("drafts").getAll()])) ?? [[], []];
  return new KeptDrafts(database, keys.map((key, i) => [key, drafts[i]]));
};

describe("drafts", () => {
  test("lie by group, with what they answer and whom they name, and go when they are empty", async () => {
    const draft = { text: "@Ann yes", names: [["@Ann", 3]] as [string, number][], about: { seq: 4, edits: false } };
    const drafts = await loadDrafts();
    drafts.keep(7, { text: "@A", names: [] });
    drafts.keep(7, draft);
    drafts.flush();
    expect([(await loadDrafts()).of(7), (await loadDrafts()).of(8)]).toEqual([draft, undefined]);
    drafts.keep(7, { text: "", names: [] });
    drafts.flush();
    expect((await loadDrafts()).of(7)).toBeUndefined();
  });

  test("that are none are passed over, and without a database they are there for this page", async () => {
    await database.write(["drafts"], (of) => of("drafts").put("x", 7));
    expect((await loadDrafts()).of(7)).toBeUndefined();
    const drafts = new KeptDrafts(undefined, []);
    drafts.keep(7, { text: "x", names: [] });
    drafts.flush();
    expect(drafts.of(7)?.text).toBe("x");
  });
});

// The Web Locks of one browser, as far as they are used here.
class Locks {
  readonly #turns = new Map<string, Promise<unknown>>();
  request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<unknown>): Promise<unknown> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(() => (signal.aborted ? undefined : hold()));
    this.#turns.set(name, turn);
    return turn;
  }
}

const locks = () => new Locks() as unknown as LockManager;
const follow = (unsent: KeptUnsent) => {
  const adopted: Unsent[] = [];
  return { adopted, followed: unsent.follow((left) => adopted.push(...left)) };
};

describe("what was written", () => {
  test("may go out only once it is on the disk", async () => {
    const tab = new KeptUnsent(database, locks());
    await saved(tab, send(1));
    expect(await database.read(["outbox"], (of) => [of("outbox").count()])).toEqual([1]);
    tab.keep([send(1)]);
    expect(tab.safe).toBe(true);
  });

  test("is taken over by another tab when its own is gone, in its order, and not before", async () => {
    const shared = locks();
    const first = new KeptUnsent(database, shared);
    for (const n of [3, 1, 2]) await saved(first, send(n));
    const second = new KeptUnsent(await open(), shared);
    const { adopted, followed } = follow(second);
    await followed;
    await new Promise((later) => setTimeout(later, 50));
    expect(adopted).toEqual([]);
    first.rest();
    await soon(() => expect(adopted.map(({ cmid }) => cmid[0])).toEqual([3, 1, 2]));
    second.keep([]);
    await soon(async () => expect(await database.read(["outbox"], (of) => [of("outbox").count()])).toEqual([0]));
  });

  test("is taken over at once where tabs cannot tell of each other", async () => {
    await saved(new KeptUnsent(database, undefined), send(1));
    const { adopted } = follow(new KeptUnsent(database, undefined));
    await soon(() => expect(adopted).toHaveLength(1));
  });

  test("goes from the disk once it is stored, and one that is offered again is there again", async () => {
    const tab = new KeptUnsent(database, locks());
    await saved(tab, send(1));
    tab.keep([]);
    tab.keep([send(2)]);
    expect(tab.safe).toBe(true);
    await soon(async () => expect(await database.read(["outbox"], (of) => [of("outbox").count()])).toEqual([1]));
    expect((await database.read<[Unsent[]]>(["outbox"], (of) => [of("outbox").getAll()]))?.[0].map(({ cmid }) => cmid[0])).toEqual([2]);
  });

  test("and was refused is refused on the disk too", async () => {
    const tab = new KeptUnsent(database, undefined);
    await saved(tab, send(1));
    tab.keep([{ ...send(1), refusal: { code: 3 } as unknown as NonNullable<Unsent["refusal"]> }]);
    await soon(async () => {
      const { adopted } = follow(new KeptUnsent(database, undefined));
      await soon(() => expect(adopted).toHaveLength(1));
      expect(adopted[0]?.refusal?.code).toBe(3);
    });
  });

  test("that is too old for the server is offered all the same, what nobody answered for two months or is broken is not", async () => {
    const tab = new KeptUnsent(database, undefined);
    await saved(tab, send(1, 8 * DAY_MS));
    await saved(tab, send(2, 61 * DAY_MS));
    await database.write(["outbox"], (of) => of("outbox").put({ tab: "x", cmid: "y" }));
    const { adopted } = follow(new KeptUnsent(database, undefined));
    await soon(() => expect(adopted.map(({ cmid }) => cmid[0])).toEqual([1]));
  });

  test("goes out without a disk too, and the page says that it is not safe", async () => {
    for (const none of [undefined, database]) {
      const tab = new KeptUnsent(none, undefined);
      none?.close();
      await saved(tab, send(1));
      tab.keep([send(1)]);
      expect(tab.safe).toBe(false);
    }
  });

  test("that a full disk did not take is not offered to it with each drawing", async () => {
    const full = { lost: false, write: vi.fn(() => Promise.resolve(false)) };
    const tab = new KeptUnsent(full as unknown as Database, undefined);
    await saved(tab, send(1));
    for (let i = 0; i < 5; ++i) tab.keep([send(1)]);
    expect([full.write.mock.calls.length, tab.safe]).toEqual([1, false]);
  });

  test("does not wait for a disk that does not answer", async () => {
    vi.useFakeTimers();
    const stuck = { lost: false, write: () => new Promise<boolean>(() => {}) } as unknown as Database;
    const done = vi.fn();
    new KeptUnsent(stuck, undefined).save(send(1), done);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(done).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});

const client = (blocked: number[] = []) => {
  const names = new Map([[3, "Cho"]]);
  const group = { gid: 7, state: "open", log: { entries: [{ sender: 3 }] }, snapshot: { stamp: "1", take: (): Uint8Array | undefined => Uint8Array.of(1, 2) } };
  const restored: Uint8Array[] = [];
  const directory = { loaded: true, groups: [{ gid: 7, last: { sender: 3 } }], snapshot: () => Uint8Array.of(9), restore: (bytes: Uint8Array) => restored.push(bytes) };
  const users = { knows: (uid: number) => names.has(uid), name: (uid: number) => names.get(uid), learn: (uid: number, name: string) => names.set(uid, name) };
  return { group, names, restored, whole: { groups: [group], directory, users, blocked: new Set(blocked) } as unknown as Client };
};
const kept = async () => {
  const groups = new KeptGroups(database);
  await groups.load(7);
  return groups;
};

describe("groups", () => {
  test("the next page has the list, the group, the names, the blocked and the cursor of one moment", async () => {
    const groups = await kept();
    groups.begin(client([4]).whole);
    groups.userLog.write(12);
    groups.flush();
    const next = client();
    next.names.clear();
    const again = await kept();
    again.begin(next.whole);
    expect([again.of(7), again.of(8), again.userLog.read(), next.restored, [...next.whole.blocked], next.names.get(3)]).toEqual([Uint8Array.of(1, 2), undefined, 12, [Uint8Array.of(9)], [4], "Cho"]);
  });

  test("a name that comes after its message is written as well", async () => {
    const groups = await kept();
    const ann = client();
    ann.group.log.entries.push({ sender: 5 });
    groups.begin(ann.whole);
    groups.flush();
    ann.names.set(5, "Eve");
    groups.flush();
    const next = client();
    const again = await kept();
    again.begin(next.whole);
    again.of(7);
    expect(next.names.get(5)).toBe("Eve");
  });

  test("what is as it was is not written again", async () => {
    const write = vi.spyOn(database, "write");
    const groups = await kept();
    groups.begin(client().whole);
    groups.flush();
    groups.flush();
    expect(write).toHaveBeenCalledTimes(1);
    groups.userLog.write(3);
    groups.flush();
    expect(write).toHaveBeenCalledTimes(2);
  });

  test("one that may not be seen any more goes, and those beyond 32 that were not seen for longest", async () => {
    const groups = await kept();
    const ann = client();
    groups.begin(ann.whole);
    groups.flush();
    Object.assign(ann.group, { state: "ousted", snapshot: { stamp: "2", take: () => undefined } });
    groups.flush();
    expect((await kept()).of(7)).toBeUndefined();
    await database.write(["groups"], (of) => {
      for (let gid = 100; gid < 140; ++gid) of("groups").put({ atMs: gid, bytes: new Uint8Array(), names: [] }, gid);
    });
    await groups.loadRest();
    await soon(async () => expect((await database.read<[number[]]>(["groups"], (of) => [of("groups").getAllKeys() as IDBRequest<number[]>]))?.[0]).toEqual(Array.from({ length: 32 }, (_, i) => 108 + i)));
  });

  test("without room they give way to what people write", async () => {
    const full = { lost: false, write: vi.fn((_: unknown, change: (of: () => unknown) => void) => Promise.resolve(change.length > 1)), read: () => Promise.resolve(undefined) };
    const groups = new KeptGroups(full as unknown as Database);
    groups.begin(client().whole);
    groups.flush();
    await soon(() => expect(full.write).toHaveBeenCalledTimes(2));
    groups.flush();
    expect([full.write.mock.calls.length, groups.of(7)]).toEqual([2, undefined]);
  });
});
