// Single entries outside of what is held: what a reply quotes, and the surroundings of something that
// a search has found far back.

import type { Entry } from "./codec";
import { sameBytes } from "./digest";
import type { Group, GroupPort } from "./group";
import { chain } from "./log";
import { failureOf, type Failure } from "./outcome";

const HELD_MAX = 500;
const ASKED_MAX = 4;
const AROUND = 25;

export class Elsewhere {
  #entries = new Map<number, Entry>();
  // Those that were asked for, so that one which does not exist is not asked for with every drawing.
  #asked = new Set<number>();
  #asking = 0;
  #fetch = 0;

  constructor(
    private readonly group: Group,
    private readonly port: GroupPort,
  ) {}

  forget(): void {
    this.#fetch += 1;
    this.#entries.clear();
    this.#asked.clear();
    this.#asking = 0;
  }

  // What is held may have been changed meanwhile: ask again when it is shown.
  disconnected(): void {
    this.forget();
  }

  change(entry: Entry): void {
    const held = this.#entries.get(entry.seq);
    if (held && held.revision < entry.revision) this.#entries.set(entry.seq, entry);
  }

  // Nothing at or below `floor` stays.
  drop(floor: number): void {
    for (const seq of this.#entries.keys()) if (seq <= floor) this.#entries.delete(seq);
  }

  // Nothing yet, and changed() later; or nothing for good.
  entry(seq: number): Entry | undefined {
    const { log, floor, state } = this.group;
    const held = log.at(seq) ?? this.#entries.get(seq);
    if (held || state !== "open" || seq <= floor || seq > log.last) return held;
    if (!this.#asked.has(seq) && this.#asking < ASKED_MAX) {
      this.#asked.add(seq);
      this.#pull(seq, seq, () => this.port.changed());
    }
    return undefined;
  }

  // Something that was asked for is not here yet.
  get asking(): boolean {
    return this.#asking > 0;
  }

  around(seq: number, done: (found: readonly Entry[] | Failure) => void): void {
    const { floor, log } = this.group;
    this.#pull(Math.max(floor + 1, seq - AROUND), Math.min(log.last, seq + AROUND), done);
  }

  #pull(from: number, to: number, done: (found: readonly Entry[] | Failure) => void): void {
    const fetch = this.#fetch;
    const { gid, log } = this.group;
    this.#asking += 1;
    this.port.request({ case: "pull", value: { gid, epoch: log.epoch, from, to } }, (answer) => {
      if (fetch !== this.#fetch) return done("offline");
      this.#asking -= 1;
      if (answer.case === "reset") {
        this.group.bottom.onReset(answer.value);
        return done([]);
      }
      if (answer.case !== "range") return done(failureOf(answer));
      this.group.bottom.rises(answer.value.floor);
      const { firstSeq, digestBefore, digest, entries } = answer.value;
      const chained = chain(digestBefore, firstSeq, entries);
      if (!chained || !sameBytes(chained, digest)) return done([]);
      this.group.marks.page(answer.value, firstSeq, firstSeq + entries.length - 1);
      for (const entry of entries) this.#keep(entry);
      done(entries);
    });
  }

  #keep(entry: Entry): void {
    const oldest = this.#entries.size >= HELD_MAX ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#entries.delete(oldest);
      this.#asked.delete(oldest);
    }
    this.#entries.set(entry.seq, entry);
  }
}
