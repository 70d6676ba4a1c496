// Which entries of the log have nodes: a stretch that moves with the reader, and is bounded however long the
// log is.

import type { Log } from "@stentor/sdk";

export const SPAN_MAX = 220;
// Who follows needs no more than fills a large window: each costs with every drawing.
const FOLLOWED_MAX = 120;
const BEGINS_WITH = 80;
// Shown above the first entry that is not read, to know what it is about.
const READ_BEFORE = 5;
export const STEP = 60;

type Held = Pick<Log, "first" | "last">;

export class Span {
  // Both included; nothing is shown while last < first.
  first = 1;
  last = 0;

  // The newest ones, or from where reading was left; 0: nowhere.
  begin(log: Held, readTo: number): void {
    const newest = log.last - BEGINS_WITH + 1;
    this.first = Math.max(log.first, readTo > 0 ? Math.min(newest, readTo - READ_BEFORE) : newest);
    this.last = Math.min(log.last, this.first + SPAN_MAX - 1);
  }

  around(log: Held, seq: number): void {
    this.first = Math.max(log.first, seq - STEP);
    this.last = Math.min(log.last, this.first + SPAN_MAX - 1);
  }

  // Nothing of it is held.
  outside(log: Held): boolean {
    return this.last < log.first || this.first > log.last + 1;
  }

  // The log has grown, been joined with an older page, or begun elsewhere.
  fit(log: Held, follows: boolean): void {
    if (this.outside(log)) return this.begin(log, 0);
    if (follows) {
      this.last = log.last;
      this.first = Math.max(log.first, this.first, this.last - FOLLOWED_MAX + 1);
      return;
    }
    this.first = Math.max(this.first, log.first);
    this.last = Math.min(log.last, Math.max(this.last, this.first + SPAN_MAX - 1));
  }

  // False: there is nothing more to show in that direction.
  shift(log: Held, by: number): boolean {
    const { first, last } = this;
    if (by < 0) {
      this.first = Math.max(log.first, first + by);
      this.last = Math.min(last, this.first + SPAN_MAX - 1);
    } else {
      this.last = Math.min(log.last, last + by);
      this.first = Math.max(first, this.last - SPAN_MAX + 1);
    }
    return this.first !== first || this.last !== last;
  }
}
