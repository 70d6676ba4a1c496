// What was written and is not known to be stored: it lies in the database before it goes out, so that no end of a
// page loses it. Each lies there in the name of the tab that sends it. When that tab ends, another takes it over;
// both may send it, under the same id, and then it is stored once.

import { hexOf, type Unsent } from "@stentor/sdk";
import type { Database } from "./database";

// A disk that does not answer holds nobody's words back for longer.
const SAVED_WITHIN_MS = 1_000;
// Long after the server takes it without a question: until then it refuses what is old, and the page asks whether
// to send it as new. What waits longer than this has been forgotten by whoever wrote it.
const UNSENT_FOR_MS = 60 * 24 * 3_600_000;

interface Row extends Unsent {
  tab: string;
}

interface Stored {
  // Nothing: it is being written.
  key?: IDBValidKey;
  refused: boolean;
}

export class KeptUnsent {
  readonly #tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
  readonly #stored = new Map<string, Stored>();
  readonly #followed = new Set<string>();
  #held = new AbortController();
  // What the disk did not take is not offered to it again.
  readonly #failed = new Set<string>();
  // All of the last is on the disk, or on its way there: a page that ends does not stop it any more.
  safe = true;

  constructor(
    private readonly database: Database | undefined,
    // Not over plain http.
    private readonly locks: LockManager | undefined,
  ) {
    this.back();
  }

  // It goes out when `saved` is called.
  save(unsent: Unsent, saved: () => void): void {
    let waits = true;
    const end = () => {
      if (waits) saved();
      waits = false;
    };
    if (!this.database) return queueMicrotask(end);
    setTimeout(end, SAVED_WITHIN_MS);
    void this.#put(unsent).then(end);
    return undefined;
  }

  // All there is now: what is not among it has been stored or given up.
  keep(all: readonly Unsent[]): void {
    const wanted = new Map(all.map((one) => [hexOf(one.cmid), one]));
    const gone: IDBValidKey[] = [];
    for (const [id, { key }] of this.#stored) {
      if (key === undefined || wanted.has(id)) continue;
      gone.push(key);
      this.#stored.delete(id);
    }
    if (gone.length > 0) void this.database?.write(["outbox"], (of) => gone.forEach((key) => of("outbox").delete(key)));
    for (const [id, one] of wanted) {
      const stored = this.#stored.get(id);
      if (stored ? stored.key !== undefined && stored.refused !== Boolean(one.refusal) : !this.#failed.has(id)) void this.#put(one);
    }
    for (const id of this.#failed) if (!wanted.has(id)) this.#failed.delete(id);
    this.safe = all.every(({ cmid }) => this.#stored.has(hexOf(cmid)));
  }

  // What tabs have left that are gone, at once, and what others leave, when they go. `adopt` is called with each
  // tab's in the order in which it was written.
  async follow(adopt: (left: readonly Unsent[]) => void): Promise<void> {
    const rows = await this.#rows();
    for (const tab of new Set(rows.map(([, row]) => row.tab))) {
      if (tab === this.#tab || this.#followed.has(tab)) continue;
      this.#followed.add(tab);
      const take = () => this.#takeOver(tab).then(adopt);
      if (this.locks) void this.locks.request(lockOf(tab), { signal: this.#held.signal }, take).catch(() => this.#followed.delete(tab));
      else void take();
    }
  }

  // The page is put away: another may send what waits here.
  rest(): void {
    this.#held.abort();
  }

  back(): void {
    this.#held = new AbortController();
    const { signal } = this.#held;
    const ended = new Promise<void>((end) => signal.addEventListener("abort", () => end()));
    void this.locks?.request(lockOf(this.#tab), { signal }, () => ended).catch(() => {});
  }

  async #put(unsent: Unsent): Promise<void> {
    const { cmid, body, refusal } = unsent;
    const id = hexOf(cmid);
    if (!this.database || this.database.lost) return void this.#failed.add(id);
    const before = this.#stored.get(id)?.key;
    const stored: Stored = { refused: Boolean(refusal) };
    this.#stored.set(id, stored);
    // Bytes may be a view of a frame, which would be stored with them.
    const row: Row = { ...unsentOf(unsent), tab: this.#tab, cmid: cmid.slice(), body: body.slice() };
    let request: IDBRequest<IDBValidKey> | undefined;
    const done = await this.database.write(["outbox"], (of) => (request = of("outbox").put(row, before)), true);
    if (done && request) {
      stored.key = request.result;
      return;
    }
    this.#stored.delete(id);
    this.#failed.add(id);
  }

  async #rows(): Promise<[IDBValidKey, Row][]> {
    const [keys, rows] = (await this.database?.read<[IDBValidKey[], unknown[]]>(["outbox"], (of) => [of("outbox").getAllKeys(), of("outbox").getAll()])) ?? [[], []];
    return keys.map((key, i) => [key, rows[i]] as const).filter((one): one is [IDBValidKey, Row] => isRow(one[1]));
  }

  async #takeOver(tab: string): Promise<Unsent[]> {
    this.#followed.delete(tab);
    const left = (await this.#rows()).filter(([, row]) => row.tab === tab);
    const taken = left.filter(([, { writtenMs }]) => Date.now() - writtenMs <= UNSENT_FOR_MS);
    const done = await this.database?.write(["outbox"], (of) => {
      for (const [key] of left) of("outbox").delete(key);
      for (const [key, row] of taken) of("outbox").put({ ...row, tab: this.#tab }, key);
    }, true);
    if (!done) return [];
    for (const [key, { cmid, refusal }] of taken) this.#stored.set(hexOf(cmid), { key, refused: Boolean(refusal) });
    return taken.map(([, row]) => unsentOf(row));
  }
}

const lockOf = (tab: string) => `stentor.tab.${tab}`;

function unsentOf({ gid, cmid, body, writtenMs, refusal }: Unsent): Unsent {
  return { gid, cmid, body, writtenMs, ...(refusal && { refusal }) };
}

function isRow(kept: unknown): kept is Row {
  const { tab, gid, cmid, body, writtenMs } = (kept ?? {}) as Partial<Row>;
  return typeof tab === "string" && typeof gid === "number" && typeof writtenMs === "number" &&
    cmid instanceof Uint8Array && cmid.length === 16 && body instanceof Uint8Array;
}
