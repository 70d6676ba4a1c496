// The groups of an account as its pages saw them last: the list, the newest entries of the groups that were open,
// people's names, and how far my own log was applied. All of it is written together: a cursor that is newer than
// the marks it stands for would lose them.

import type { Client, Group, UserLogPlace } from "@stentor/sdk";
import type { Database } from "./database";

const WRITE_AFTER_MS = 2_000;
const GROUPS_MAX = 32;

type Names = readonly [uid: number, name: string][];

interface KeptGroup {
  atMs: number;
  bytes: Uint8Array;
  names: Names;
}

interface About {
  userLogSeq: number;
  blocked: readonly number[];
  list?: Uint8Array;
  names: Names;
}

export class KeptGroups {
  readonly #groups = new Map<number, KeptGroup>();
  readonly #stamps = new Map<number, string>();
  #about: About | undefined;
  #client: Client | undefined;
  #userLogSeq = 0;
  // Of what was written about the account last.
  #looks = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  // No more of it.
  #ended = false;

  // The cursor of my own log.
  readonly userLog: UserLogPlace = { read: () => this.#userLogSeq, write: (seq) => (this.#userLogSeq = seq) };

  constructor(private readonly database: Database | undefined) {}

  // The list, and the group that will be shown first.
  async load(gid: number): Promise<void> {
    const found = await this.database?.read<[unknown, unknown]>(["about", "groups"], (of) => [of("about").get(1), of("groups").get(gid)]);
    const [about, group] = found ?? [];
    if (isAbout(about)) {
      this.#about = about;
      this.#userLogSeq = about.userLogSeq;
    }
    if (isKept(group)) this.#groups.set(gid, group);
  }

  // The other groups; those not seen for longest go.
  async loadRest(): Promise<void> {
    const found = await this.database?.read<[IDBValidKey[], unknown[]]>(["groups"], (of) => [of("groups").getAllKeys(), of("groups").getAll()]);
    if (!found || this.#ended) return;
    const [keys, groups] = found;
    const all = keys.map((gid, i) => [gid, groups[i]] as const);
    const kept = all.filter((one): one is [number, KeptGroup] => typeof one[0] === "number" && isKept(one[1]))
      .toSorted(([, a], [, b]) => b.atMs - a.atMs).slice(0, GROUPS_MAX);
    for (const [gid, group] of kept) if (!this.#groups.has(gid)) this.#groups.set(gid, group);
    const gone = keys.filter((gid) => !this.#groups.has(gid as number));
    if (gone.length > 0) void this.database?.write(["groups"], (of) => gone.forEach((gid) => of("groups").delete(gid)));
  }

  // For ClientOptions.
  of(gid: number): Uint8Array | undefined {
    const group = this.#groups.get(gid);
    if (group) this.#learn(group.names);
    return group?.bytes;
  }

  begin(client: Client): void {
    this.#client = client;
    if (!this.#about) return;
    this.#learn(this.#about.names);
    for (const uid of this.#about.blocked) client.blocked.add(uid);
    if (this.#about.list) client.directory.restore(this.#about.list);
  }

  // Something is another now: it is written in a while.
  changed(): void {
    this.#timer ??= setTimeout(() => this.flush(), WRITE_AFTER_MS);
  }

  // Now: the page may be gone in a moment.
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const client = this.#client;
    if (!client || !this.database || this.#ended || !client.directory.loaded) return;
    const gone: number[] = [];
    const changed: [number, KeptGroup][] = [];
    for (const group of client.groups) {
      const { gid, snapshot } = group;
      const names = namesOf(client, group.log.entries.slice(-100).map(({ sender }) => sender));
      const stamp = `${snapshot.stamp} ${JSON.stringify(names)}`;
      if (this.#stamps.get(gid) === stamp) continue;
      this.#stamps.set(gid, stamp);
      const bytes = snapshot.take();
      if (bytes) changed.push([gid, { atMs: Date.now(), bytes, names }]);
      else if (outside(group)) gone.push(gid);
    }
    const list = client.directory.snapshot();
    const names = namesOf(client, client.directory.groups.map(({ last }) => last?.sender ?? 0));
    const about: About = { userLogSeq: this.#userLogSeq, blocked: [...client.blocked], names, ...(list && { list }) };
    // Much is drawn that leaves all of it as it was: seconds that pass, somebody who is writing.
    const looks = JSON.stringify([about.userLogSeq, about.blocked, names, list && [...list]]);
    if (changed.length === 0 && gone.length === 0 && looks === this.#looks) return;
    this.#looks = looks;
    for (const [gid, group] of changed) this.#groups.set(gid, group);
    for (const gid of gone) this.#groups.delete(gid);
    void this.#write(about, changed, gone);
  }

  // There may be no room: what people write themselves needs it more.
  #giveUp(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#groups.clear();
    void this.database?.write(["about", "groups"], (of) => (of("about").clear(), of("groups").clear()));
  }

  async #write(about: About, changed: readonly [number, KeptGroup][], gone: readonly number[]): Promise<void> {
    const done = await this.database?.write(["about", "groups"], (of) => {
      of("about").put(about, 1);
      for (const [gid, group] of changed) of("groups").put(group, gid);
      for (const gid of gone) of("groups").delete(gid);
    });
    if (!done && !this.#ended && !this.database?.lost) this.#giveUp();
  }

  #learn(names: Names): void {
    for (const [uid, name] of names) if (!this.#client?.users.knows(uid)) this.#client?.users.learn(uid, name);
  }
}

const outside = ({ state }: Group) => state === "ousted" || state === "refused";

function namesOf({ users }: Client, uids: readonly number[]): Names {
  return [...new Set(uids)].flatMap((uid) => (uid !== 0 && users.knows(uid) ? [[uid, users.name(uid) ?? ""] as [number, string]] : []));
}

function isKept(kept: unknown): kept is KeptGroup {
  const { atMs, bytes, names } = (kept ?? {}) as Partial<KeptGroup>;
  return typeof atMs === "number" && bytes instanceof Uint8Array && Array.isArray(names);
}

function isAbout(kept: unknown): kept is About {
  const { userLogSeq, blocked, names } = (kept ?? {}) as Partial<About>;
  return Number.isSafeInteger(userLogSeq) && Array.isArray(blocked) && Array.isArray(names);
}
