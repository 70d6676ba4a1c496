// Files that are on their way to the server, or there and in no message yet: each lies in the database with where it
// goes, so that a page that was reloaded or crashed goes on with it. A lock in its name says that a page has it in
// hand; when that page ends, the next one that asked for the lock takes the file up.

import type { Database } from "../database";
import type { Prepared } from "./pictures";

export interface KeptUpload {
  gid: number;
  addedMs: number;
  // Of the server; empty: not begun. It forgets one to which nothing is added for a day, which then begins anew.
  id: string;
  sha256: Uint8Array | undefined;
  // Where it stands, when the person has stopped it.
  pausedAt: number | undefined;
}

interface Row extends KeptUpload {
  what: Omit<Prepared, "blob" | "thumbnail">;
}

interface Files {
  blob: Blob;
  thumbnail: Blob | undefined;
}

export interface TakenUp {
  key: string;
  row: KeptUpload;
  made: Prepared;
}

// Whoever has not sent it by then has forgotten it.
const KEPT_FOR_MS = 7 * 24 * 3_600_000;
const KEPT_MOST = 40;
// Of all together; larger ones do not outlive their page.
const BYTES_MOST = 512 * 1024 * 1024;

export class KeptUploads {
  readonly #ends = new Map<string, () => void>();
  readonly #rows = new Map<string, Row>();
  readonly #closing = new AbortController();

  constructor(
    private readonly database: Database | undefined,
    // Not over plain http: then each page takes up what it finds.
    private readonly locks: LockManager | undefined,
  ) {}

  // Nothing: it is not kept, for want of room or in a private window.
  async keep(gid: number, { blob, thumbnail, ...what }: Prepared): Promise<string | undefined> {
    const { database } = this;
    if (!database || database.lost || !(await this.#hasRoom(database, blob.size + (thumbnail?.size ?? 0)))) return undefined;
    const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const row: Row = { what, gid, addedMs: Date.now(), id: "", sha256: undefined, pausedAt: undefined };
    // Before others can find it.
    await this.#hold(key, () => Promise.resolve(true));
    this.#rows.set(key, row);
    const files: Files = { blob, thumbnail };
    const done = await database.write(["uploads", "files"], (of) => (of("uploads").put(row, key), of("files").put(files, key)));
    if (done) return key;
    this.#letGo(key);
    return undefined;
  }

  // What is known of it now; the same again costs nothing.
  note(key: string, { id, sha256, pausedAt }: Pick<KeptUpload, "id" | "sha256" | "pausedAt">): void {
    const row = this.#rows.get(key);
    if (!row || (row.id === id && row.sha256 === sha256 && row.pausedAt === pausedAt)) return;
    Object.assign(row, { id, sha256, pausedAt });
    void this.database?.write(["uploads"], (of) => of("uploads").put(row, key));
  }

  // They were given up, or belong to a message now: what was written to the outbox before this lies there first.
  drop(keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const key of keys) this.#rows.delete(key);
    const gone = this.database?.write(["outbox", "uploads", "files"], (of) => {
      for (const key of keys) {
        of("uploads").delete(key);
        of("files").delete(key);
      }
    });
    void Promise.resolve(gone).then(() => keys.forEach((key) => this.#letGo(key)));
  }

  // What pages have left that are gone, at once, and what others leave, when they go.
  async follow(adopt: (taken: TakenUp) => void): Promise<void> {
    const [keys, rows] = await this.#all();
    const old = keys.filter((_, i) => !isRow(rows[i]) || Date.now() - rows[i].addedMs > KEPT_FOR_MS);
    this.drop(old.filter((key) => !this.#ends.has(key)));
    for (const key of keys) {
      if (old.includes(key) || this.#ends.has(key)) continue;
      void this.#hold(key, async () => {
        const taken = await this.#read(key);
        if (taken && !this.#closing.signal.aborted) adopt(taken);
        return taken !== undefined;
      });
    }
  }

  close(): void {
    this.#closing.abort();
    for (const end of this.#ends.values()) end();
  }

  async #hasRoom(database: Database, bytes: number): Promise<boolean> {
    const [found] = (await database.read<[unknown[]]>(["files"], (of) => [of("files").getAll()])) ?? [[]];
    const kept = found.reduce<number>((sum, one) => sum + (isFiles(one) ? one.blob.size : 0), 0);
    if (found.length >= KEPT_MOST || kept + bytes > BYTES_MOST) return false;
    // Other things want to be kept too; a browser that does not say tries.
    const { quota, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
    return quota === undefined || usage + bytes < quota / 2;
  }

  async #all(): Promise<[string[], unknown[]]> {
    const [keys, rows] = (await this.database?.read<[IDBValidKey[], unknown[]]>(["uploads"], (of) => [of("uploads").getAllKeys(), of("uploads").getAll()])) ?? [[], []];
    return [keys.map(String), rows];
  }

  async #read(key: string): Promise<TakenUp | undefined> {
    const [row, files] = (await this.database?.read<[unknown, unknown]>(["uploads", "files"], (of) => [of("uploads").get(key), of("files").get(key)])) ?? [];
    if (!isRow(row) || !isFiles(files)) return undefined;
    this.#rows.set(key, row);
    const { blob, thumbnail } = files;
    return { key, row, made: { ...row.what, blob, ...(thumbnail && { thumbnail }) } };
  }

  // Resolves when the lock is there; it is held as long as `use` says that there is something to hold.
  #hold(key: string, use: () => Promise<boolean>): Promise<void> {
    return new Promise((held) => {
      const taken = async () => {
        const ended = new Promise<void>((end) => this.#ends.set(key, end));
        held();
        if (!(await use().catch(() => false))) return void this.#letGo(key);
        return ended;
      };
      if (!this.locks) void taken();
      else void this.locks.request(`stentor.upload.${key}`, { signal: this.#closing.signal }, taken).catch(() => held());
    });
  }

  #letGo(key: string): void {
    this.#rows.delete(key);
    this.#ends.get(key)?.();
    this.#ends.delete(key);
  }
}

function isRow(kept: unknown): kept is Row {
  const { gid, addedMs, id, sha256, what } = (kept ?? {}) as Partial<Row>;
  return typeof gid === "number" && typeof addedMs === "number" && typeof id === "string" && typeof what?.name === "string" &&
    (sha256 === undefined || sha256 instanceof Uint8Array);
}

function isFiles(kept: unknown): kept is Files {
  const { blob, thumbnail } = (kept ?? {}) as Partial<Files>;
  return blob instanceof Blob && (thumbnail === undefined || thumbnail instanceof Blob);
}
