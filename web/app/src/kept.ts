// What this browser keeps of an account for its next page: in a database of that account's own. Without one the
// page has it only as long as it is open.

import type { Unsent } from "@stentor/sdk";
import { Database, tried } from "./database";
import { locksHere } from "./env";
import { KeptDrafts } from "./kept_drafts";
import { KeptGroups } from "./kept_groups";
import { KeptUnsent } from "./kept_unsent";
import { Trays } from "./trays";

export class Kept {
  readonly drafts: KeptDrafts;
  readonly unsent: KeptUnsent;
  readonly groups: KeptGroups;
  readonly trays: Trays;
  // What a page of version 0.2 has left to send.
  old: readonly Unsent[] = [];

  private constructor(
    private readonly database: Database | undefined,
    drafts: readonly [unknown, unknown][],
    uploads: readonly IDBValidKey[],
  ) {
    this.drafts = new KeptDrafts(database, drafts);
    this.unsent = new KeptUnsent(database, locksHere());
    this.groups = new KeptGroups(database);
    this.trays = new Trays(database, uploads.length);
  }

  // `gid`: the group that will be shown first; 0: none.
  static async open(uid: number, gid: number): Promise<Kept> {
    const database = await Database.open(nameOf(uid));
    const found = await database?.read<[IDBValidKey[], unknown[], IDBValidKey[]]>(["drafts", "uploads"], (of) =>
      [of("drafts").getAllKeys(), of("drafts").getAll(), of("uploads").getAllKeys()]);
    const [keys, drafts, uploads] = found ?? [[], [], []];
    const kept = new Kept(database, keys.map((key, i) => [key, drafts[i]]), uploads);
    await kept.groups.load(gid);
    await kept.#takeOld(uid);
    return kept;
  }

  // Somebody who signs out leaves nothing to whoever comes next, in no tab.
  static forget(uid: number): Promise<void> {
    return Database.remove(nameOf(uid));
  }

  // Somebody whose session has ended finds what they were writing when they are back, and nobody before that finds
  // what others have said.
  static async forgetOthers(uid: number): Promise<void> {
    const database = await Database.open(nameOf(uid));
    await database?.write(["groups", "about"], (of) => (of("groups").clear(), of("about").clear()));
    database?.close();
  }

  async #takeOld(uid: number): Promise<void> {
    const there = tried(() => Object.keys(localStorage).some((key) => /^stentor\.(?:draft|unsent)\./.test(key)));
    // Without a network they wait for another page.
    const part = there && (await import("./old_kept").catch(() => undefined));
    if (part) this.old = part.takeOld(uid, this.drafts, this.unsent);
  }

  flush(): void {
    this.drafts.flush();
    this.groups.flush();
  }

  // The page is put away, and may not come back.
  rest(unsent: readonly Unsent[]): void {
    this.unsent.keep(unsent);
    this.flush();
    this.unsent.rest();
  }

  back(): void {
    this.unsent.back();
  }

  close(): void {
    this.flush();
    this.unsent.rest();
    this.trays.close();
    this.database?.close();
  }
}

const nameOf = (uid: number) => `stentor.${uid}`;
