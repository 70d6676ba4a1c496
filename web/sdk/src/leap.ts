// To a place far from what is held: the log begins afresh around it, and is continued from there in both
// directions as one reads. What is held then was pulled like everything else, and led to its digest.

import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import type { Pull, Pulled, Range } from "./pull";
import type { View } from "./view";

// So many entries before the place, and in all.
const BEFORE = 60;
const PULL_ENTRIES = 200;

// "lost": the connection went before the answer came.
export type Leapt = "there" | "failed" | "lost";

export class Leap {
  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly port: GroupPort,
    private readonly pull: Pull,
    private readonly view: View,
    // The log begins elsewhere: pages of what was held count for nothing.
    private readonly begun: () => void,
  ) {}

  // False: nothing was asked, because it is held, cannot be seen, or something is asked already. `ended` is
  // called once.
  to(seq: number, ended: (leapt: Leapt) => void): boolean {
    const { log, floor, head, state } = this.group;
    if (state !== "open" || this.pull.asking > 0 || seq <= floor || seq > head || log.at(seq)) return false;
    this.#pull(Math.max(floor + 1, seq - BEFORE), seq, ended);
    return true;
  }

  disconnected(): void {
    this.pull.forget();
  }

  #pull(from: number, seq: number, ended: (leapt: Leapt) => void): void {
    const { epoch, head } = this.group;
    const pulled = (pulled: Pulled) => {
      // Large entries before it may leave no room for it.
      if (pulled.case === "entries" && pulled.end < seq && from < seq) return this.#pull(seq, seq, ended);
      ended(this.#pulled(pulled, seq, epoch));
    };
    this.pull.ask(from, Math.min(head, from + PULL_ENTRIES - 1), pulled, () => ended("lost"));
  }

  #pulled(pulled: Pulled, seq: number, epoch: number): Leapt {
    if (pulled.case === "misfit") this.resync.mismatch();
    if (pulled.case !== "entries" || this.group.epoch !== epoch || seq <= this.group.floor) return "failed";
    this.#begin(pulled.range, pulled.end);
    return this.group.log.at(seq) ? "there" : "failed";
  }

  #begin({ firstSeq, digestBefore, entries, digest }: Range, end: number): void {
    const { log, marks, epoch } = this.group;
    log.start(epoch, firstSeq, digestBefore);
    // Before anything else is asked: somebody who follows would be taken to the newest again.
    this.view.follows = false;
    this.begun();
    if (!this.resync.apply({ firstSeq, entries, digest })) return;
    marks.keepOnly(firstSeq, end);
    this.view.shows(firstSeq, end, false);
    this.port.changed();
  }
}
