// Single entries outside of what is held: what a reply quotes, and the surroundings of something that
// a search has found far back.

import type { Entry } from "./codec";
import type { GroupState } from "./group_state";
import type { Failure } from "./outcome";
import type { Pull, Pulled } from "./pull";

const HELD_MAX = 500;
const ASKED_MAX = 4;
const AROUND = 25;

export class EntryCache {
  #entries = new Map<number, Entry>();
  // Those that were asked for, so that one which does not exist is not asked for with every drawing.
  #asked = new Set<number>();

  constructor(
    private readonly group: GroupState,
    private readonly pull: Pull,
  ) {}

  forget(): void {
    this.pull.forget();
    this.#entries.clear();
    this.#asked.clear();
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
    if (!this.#asked.has(seq) && this.pull.asking < ASKED_MAX) {
      this.#asked.add(seq);
      this.pull.ask(seq, seq, (pulled) => void this.#found(pulled));
    }
    return undefined;
  }

  // Something that was asked for is not here yet.
  get asking(): boolean {
    return this.pull.asking > 0;
  }

  // Up to 25 entries on each side of it, fewer where there are none. `done` is called once.
  around(seq: number, done: (found: readonly Entry[] | Failure) => void): void {
    const { floor, log } = this.group;
    this.pull.ask(
      Math.max(floor + 1, seq - AROUND),
      Math.min(log.last, seq + AROUND),
      (pulled) => done(this.#found(pulled)),
      () => done("offline"),
    );
  }

  #found(pulled: Pulled): readonly Entry[] | Failure {
    switch (pulled.case) {
      case "entries":
        for (const entry of pulled.range.entries) this.#keep(entry);
        return pulled.range.entries;
      case "damaged":
        return pulled.refusal;
      case "failed":
        return pulled.failure;
      default:
        return [];
    }
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
