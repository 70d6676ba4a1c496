// What this client holds of a group's log: one contiguous slice, from `first` to `last`, whose
// digests were computed here from the entries themselves. Nothing enters it that does not fit.

import type { Entry } from "./codec";
import { chained, firstBodyHash, sameBytes } from "./digest";

// applied: at least one entry is new; old: nothing is; gap: something is missing before it;
// broken: the digests say that this is another history.
export type Joined = "applied" | "old" | "gap" | "broken";

export interface Page {
  firstSeq: number;
  entries: readonly Entry[];
  // At the last entry.
  digest: Uint8Array;
}

export const HELD_MAX = 4_000;
const HELD_AFTER_TRIM = 2_000;
// So many entries on each side of what is shown stay, so that a turn of the wheel meets them.
const NEAR = 500;
const NONE = new Uint8Array();

export class Log {
  // The history's number: it grows when the server had to begin another one.
  epoch = 0;
  #first = 1;
  #entries: Entry[] = [];
  #digestBefore: Uint8Array = NONE;
  #digest: Uint8Array = NONE;
  // A place in the slice whose digest was asked for last: the next one lies near.
  #asked: { seq: number; digest: Uint8Array } = { seq: 0, digest: NONE };
  // How often what is held became other than by growing.
  changes = 0;

  // The first seq held, or the one that would come next when none is.
  get first(): number {
    return this.#first;
  }
  // The last seq held; first - 1 when none is.
  get last(): number {
    return this.#first + this.#entries.length - 1;
  }
  // Of the whole history up to `last`: 16 bytes, the same for everybody.
  get digest(): Uint8Array {
    return this.#digest;
  }
  // Dense: entries[i].seq === first + i. Not to be changed by the reader.
  get entries(): readonly Entry[] {
    return this.#entries;
  }
  // Nothing: not held.
  at(seq: number): Entry | undefined {
    return this.#entries[seq - this.#first];
  }

  // Of a seq from first - 1 on; each entry is hashed once for all askings that go on from the last.
  digestAt(seq: number): Uint8Array | undefined {
    if (seq === this.last) return this.#digest;
    if (seq < this.#first - 1 || seq > this.last) return undefined;
    const goesOn = this.#asked.seq >= this.#first && this.#asked.seq <= seq;
    const from = goesOn ? this.#asked : { seq: this.#first - 1, digest: this.#digestBefore };
    const digest = chain(from.digest, from.seq + 1, this.#entries.slice(from.seq + 1 - this.#first, seq + 1 - this.#first));
    if (digest) this.#asked = { seq, digest };
    return digest;
  }

  start(epoch: number, firstSeq: number, digestBefore: Uint8Array): void {
    this.#forgetAsked();
    this.epoch = epoch;
    this.#first = firstSeq;
    this.#entries = [];
    this.#digestBefore = digestBefore;
    this.#digest = digestBefore;
  }

  // At the new end. Of entries that are already held only a later revision is of interest.
  append(page: Page): Joined {
    const end = page.firstSeq + page.entries.length - 1;
    for (const entry of page.entries) {
      if (entry.seq > this.last) break;
      if (this.change(entry) === "broken") return "broken";
    }
    if (end <= this.last) return "old";
    if (page.firstSeq > this.last + 1) return "gap";
    const fresh = page.entries.slice(this.last + 1 - page.firstSeq);
    const digest = chain(this.#digest, this.last + 1, fresh);
    if (!digest || !sameBytes(digest, page.digest)) return "broken";
    this.#entries.push(...fresh);
    this.#digest = digest;
    return "applied";
  }

  // At the old end; the joined page must lead to exactly the digest from which we started.
  prepend(digestBefore: Uint8Array, entries: readonly Entry[]): boolean {
    const firstSeq = this.#first - entries.length;
    const digest = chain(digestBefore, firstSeq, entries);
    if (!digest || !sameBytes(digest, this.#digestBefore)) return false;
    this.#entries.unshift(...entries);
    this.#first = firstSeq;
    this.#digestBefore = digestBefore;
    return true;
  }

  // A busy group is not held from its first entry of the day: what lies far from what is looked at goes,
  // first at the old end, then at the new one, and is pulled again when somebody scrolls there. False: nothing
  // went.
  trim(shownFirst: number, shownLast: number): boolean {
    const { length } = this.#entries;
    if (length <= HELD_MAX) return false;
    const old = Math.min(length - HELD_AFTER_TRIM, shownFirst - NEAR - this.#first);
    this.#dropOldest(old);
    if (this.#entries.length > HELD_MAX) this.#keepTo(Math.max(shownLast + NEAR, this.#first + HELD_AFTER_TRIM));
    return this.#entries.length < length;
  }

  // Nothing more is taken in: everything that could go for it is being looked at, or lies near to that.
  full(shownLast: number): boolean {
    return this.#entries.length >= HELD_MAX && shownLast + NEAR < this.last;
  }

  // Nothing at or below `floor` stays. False: nothing was there.
  drop(floor: number): boolean {
    const { length } = this.#entries;
    this.#dropOldest(Math.min(length, floor + 1 - this.#first));
    return this.#entries.length < length;
  }

  #dropOldest(count: number): void {
    if (count <= 0) return;
    const gone = this.#entries.splice(0, count);
    this.#digestBefore = chain(this.#digestBefore, this.#first, gone) ?? NONE;
    this.#first += gone.length;
  }

  #keepTo(seq: number): void {
    if (seq >= this.last) return;
    this.#entries.length = Math.max(0, seq - this.#first + 1);
    this.#digest = chain(this.#digestBefore, this.#first, this.#entries) ?? NONE;
  }

  #forgetAsked(): void {
    this.#asked = { seq: 0, digest: NONE };
    this.changes += 1;
  }

  // The server lost what is above `fork`. What was edited or recalled may be newer than what it has now, so
  // it goes as well, and all behind it.
  fork(fork: number): void {
    this.#forgetAsked();
    const revised = this.#entries.find(({ revision }) => revision > 0)?.seq ?? fork + 1;
    const kept = Math.max(0, Math.min(fork + 1, revised) - this.#first);
    if (kept >= this.#entries.length) return;
    this.#entries.length = kept;
    this.#digest = chain(this.#digestBefore, this.#first, this.#entries) ?? NONE;
  }

  // An edited or recalled entry takes the old one's place. `broken` when it would need another digest.
  change(entry: Entry): Joined {
    const held = this.at(entry.seq);
    if (!held || held.revision >= entry.revision) return "old";
    const same =
      held.sender === entry.sender &&
      held.kind === entry.kind &&
      held.timeMs === entry.timeMs &&
      sameBytes(held.cmid, entry.cmid) &&
      sameBytes(firstBodyHash(held), firstBodyHash(entry));
    if (!same) return "broken";
    this.#entries[entry.seq - this.#first] = entry;
    this.changes += 1;
    return "applied";
  }
}

// Nothing when the entries are not dense from `firstSeq`.
export function chain(before: Uint8Array, firstSeq: number, entries: readonly Entry[]): Uint8Array | undefined {
  let digest = before;
  let seq = firstSeq;
  for (const entry of entries) {
    if (entry.seq !== seq++) return undefined;
    digest = chained(digest, entry);
  }
  return digest;
}
