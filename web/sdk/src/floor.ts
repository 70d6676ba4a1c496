// Up to where this member sees nothing of a group: what was said before they joined, or what is no longer kept.

import type { EventValue } from "./codec";
import type { Group } from "./group";

export class Floor {
  #seq = 0;

  constructor(private readonly group: Group) {}

  get seq(): number {
    return this.#seq;
  }

  // Of a log that begins afresh; after a restore it may lie lower than before.
  starts(seq: number): void {
    this.#seq = seq;
  }

  // What is held at or below it, perhaps of a former stay that another device ended, goes: nobody tells us
  // of its edits and recalls any more.
  rises(seq: number): void {
    const { elsewhere, log, marks } = this.group;
    this.#seq = Math.max(this.#seq, seq);
    elsewhere.drop(this.#seq);
    if (log.drop(this.#seq)) marks.drop(this.#seq);
  }

  // The answer to a Pull that began at or below it.
  onReset({ epoch, floor }: EventValue<"reset">): void {
    if (!this.group.current(epoch)) return;
    this.rises(floor);
    if (floor > this.group.log.last) this.group.afresh();
  }
}
