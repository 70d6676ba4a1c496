// Up to where this member sees nothing of a group: what was said before they joined, or what is no longer kept.

import type { EventValue } from "./codec";
import type { Resync } from "./group_port";
import type { GroupState } from "./group_state";

export class Floor {
  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    // What is held beside the log at or below it goes too.
    private readonly dropped: (floor: number) => void,
  ) {}

  // Of a log that begins afresh; after a restore it may lie lower than before.
  starts(seq: number): void {
    this.group.floor = seq;
  }

  // What is held at or below it, perhaps of a former stay that another device ended, goes: nobody tells us
  // of its edits and recalls any more.
  rises(seq: number): void {
    const { log, marks } = this.group;
    const floor = Math.max(this.group.floor, seq);
    this.group.floor = floor;
    this.dropped(floor);
    if (log.drop(floor)) marks.drop(floor);
  }

  // The answer to a Pull that began at or below it.
  onReset({ epoch, floor }: EventValue<"reset">): void {
    if (!this.resync.current(epoch)) return;
    this.rises(floor);
    if (floor > this.group.log.last) this.resync.afresh();
  }
}
