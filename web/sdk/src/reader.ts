// How far this member has read. Told to the server when they leave or look away, else on a timer
// that grows with the group: in a large one everybody's cursor moves with every entry, and all of
// them together report no more often than REPORTS_PER_S.

import { chance, type Cancel } from "./env";
import type { GroupPort } from "./group_port";
import type { GroupState } from "./group_state";
import { slowedMs } from "./storm";
import { countsAsUnread, UNREAD_MANY } from "./unread";
import type { View } from "./view";

const REPORT_EVERY_MS = 3_000;
const REPORTS_PER_S = 2_000;

// Spread by half to each side: an entry reaches all of them in the same moment.
export function reportAfterMs(members: number, chance: number): number {
  const count = Math.max(1, members);
  const every = Math.max(REPORT_EVERY_MS * (1 + Math.log10(count)), (count / REPORTS_PER_S) * 1_000);
  return every * (0.5 + chance);
}

export class Reader {
  // Told to the server, or said by it.
  read = 0;
  // What the eyes have seen.
  shown = 0;
  #unreadAtOpen = 0;
  #headAtOpen = 0;
  #cancel: Cancel | undefined;

  constructor(
    private readonly group: GroupState,
    private readonly port: GroupPort,
    private readonly view: View,
  ) {}

  opened(read: number, unread: number, head: number): void {
    this.read = read;
    this.shown = Math.min(Math.max(this.shown, read), head);
    this.#unreadAtOpen = unread;
    this.#headAtOpen = head;
    // A page before did not come to tell it.
    if (this.shown > this.read) this.#tellLater();
  }

  // Other entries stand above it now, and nobody has seen those.
  forked(fork: number): void {
    this.read = Math.min(this.read, fork);
    this.shown = Math.min(this.shown, fork);
  }

  // Another of my devices has read.
  readElsewhere(seq: number): void {
    this.read = Math.max(this.read, seq);
    this.shown = Math.max(this.shown, seq);
  }

  // Seen by my eyes up to here; told to the server a while later.
  show(seq: number): void {
    if (seq <= this.shown) return;
    this.shown = Math.min(seq, this.group.log.last);
    this.#tellLater();
    this.port.changed();
  }

  // Tells it now.
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.group.state !== "open" || this.shown <= this.read) return;
    const { gid, log } = this.group;
    const seq = this.shown;
    this.port.request({ case: "read", value: { gid, epoch: log.epoch, seq } }, (answer) => {
      if (answer.case === "done") this.read = Math.max(this.read, seq);
    });
  }

  #tellLater(): void {
    const members = this.group.opened?.members ?? 1;
    const afterMs = slowedMs(reportAfterMs(members, chance(this.port.env)), this.port.level());
    this.#cancel ??= this.port.env.after(afterMs, () => this.flush());
  }

  // 0 to 99 exactly, or UNREAD_MANY.
  unread(): number {
    const { log, floor } = this.group;
    const since = Math.max(this.shown, floor);
    // What is not held was counted by the server when the group was opened.
    const held = since >= log.first - 1;
    let count = held ? 0 : this.#unreadAtOpen;
    const from = held ? since + 1 : this.#headAtOpen + 1;
    for (let seq = Math.max(from, log.first); seq <= log.last && count < UNREAD_MANY; ++seq) {
      const entry = log.at(seq);
      if (entry && countsAsUnread(entry, this.port.uid())) count += 1;
    }
    // What lies between is not held, and may all be unread.
    if (!this.view.follows) count += this.group.head - Math.max(log.last, this.shown);
    return Math.min(count, UNREAD_MANY);
  }
}
