// Which entries somebody looks at, and so which must be held. What lies far from them goes again, so that a
// page that is left open for a day holds no more than one that was just opened: whether it follows the newest
// entries, is hidden, or stands still far above them.

import type { GroupState } from "./group_state";

export class View {
  // The newest will be shown as they come; also while nobody looks at this group.
  follows = true;
  #first = 0;
  #last = 0;

  constructor(
    private readonly group: GroupState,
    // Something else is looked at: what is missing may be wanted now.
    private readonly moved: () => void,
  ) {}

  // These are on the screen.
  shows(first: number, last: number, follows: boolean): void {
    this.#first = first;
    this.#last = last;
    this.follows = follows;
    this.bound();
    this.moved();
  }

  // Another group is on the screen.
  left(): void {
    this.follows = true;
    this.#first = this.#last = 0;
    this.bound();
  }

  // Somebody stands so far above the newest entries that these are not taken in: they are numbered, and are
  // pulled when one comes near.
  get full(): boolean {
    const { log, head } = this.group;
    if (this.follows) return false;
    return log.full(this.#last) || (head - log.last > FAR && this.#last + NEAR < log.last);
  }

  // The log has grown at its new end.
  bound(): void {
    const { last } = this.group.log;
    this.#trim(this.follows ? Math.max(this.#first, last - SHOWN_MAX) : this.#first, this.follows ? last : this.#last);
  }

  // The log has grown at its old end, because somebody goes there.
  boundAbove(): void {
    this.#trim(this.group.log.first, this.#last);
  }

  #trim(first: number, last: number): void {
    const { log, marks } = this.group;
    if (log.trim(first, last)) marks.keepOnly(log.first, log.last);
  }
}

// Where more than FAR entries are missing, no more of them are pulled than somebody is near to.
const FAR = 1_000;
const NEAR = 500;
// Of those at the end, where the first that is shown is not known.
const SHOWN_MAX = 300;
