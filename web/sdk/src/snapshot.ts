// A group as a page keeps it for the next one: the newest entries held with their digests, my marks on them, and
// what was known of the group. It is an Opened, the protocol's own message, and is believed as one: the entries
// must lead to the digest that lies with them, and the server's chain must continue from there, or it is dropped.

import { decodeOpened, encodeOpened } from "./codec";
import type { Floor } from "./floor";
import type { GroupState } from "./group_state";
import type { Opening } from "./opening";
import type { Reader } from "./reader";

// What the server brings a client on from; it takes twice as many, and then sends its newest page instead.
const KEPT_MAX = 100;

export class Snapshot {
  constructor(
    private readonly group: GroupState,
    private readonly opening: Opening,
    private readonly reader: Reader,
    private readonly bottom: Floor,
  ) {}

  // Changes when what is to be kept is another.
  get stamp(): string {
    const { log, marks, floor, opened, state } = this.group;
    const { epoch, first, last, changes } = log;
    return JSON.stringify([state, epoch, first, last, changes, marks.hidden.size, marks.noted, floor, this.reader.shown, opened?.role, opened?.name, opened?.muted, opened?.settings]);
  }

  // For the next page; nothing while there is nothing that it could begin with.
  take(): Uint8Array | undefined {
    const { log, marks, opened, floor, state } = this.group;
    if (!opened || this.opening.fresh || state === "ousted" || state === "refused") return undefined;
    const firstSeq = Math.max(log.first, log.last - KEPT_MAX + 1);
    const digestBefore = log.digestAt(firstSeq - 1);
    if (!digestBefore) return undefined;
    const entries = log.entries.slice(firstSeq - log.first);
    const { last: head, epoch, digest } = log;
    return encodeOpened({
      ...opened, ...marks.between(firstSeq, head), epoch, head, digest, floor, firstSeq, digestBefore, entries,
      reset: true, read: Math.min(this.reader.shown, head), unread: this.reader.unread(),
    });
  }

  // Of a page before, while nothing was asked: the server is asked to go on from there. What is damaged, or of
  // another group, is passed over.
  restore(bytes: Uint8Array): void {
    const { log, gid, state } = this.group;
    const kept = decodeOpened(bytes);
    if (kept?.gid !== gid || state !== "offline" || this.group.opened) return;
    const { entries, ...opened } = kept;
    const { epoch, firstSeq, digestBefore, digest, head, read, unread } = opened;
    log.start(epoch, firstSeq, digestBefore);
    if (entries.length > 0 && log.append({ firstSeq, entries, digest }) !== "applied") return log.start(0, 1, new Uint8Array());
    this.group.opened = opened;
    this.group.head = head;
    this.opening.fresh = false;
    this.bottom.starts(opened.floor);
    this.group.marks.page(opened, firstSeq, head);
    this.reader.opened(read, unread, head);
  }
}
