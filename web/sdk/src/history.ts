// What is older than the page a group was opened with, fetched when somebody scrolls back.

import type { Entry } from "./codec";
import type { Floor } from "./floor";
import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import type { Pull, Pulled, Range } from "./pull";
import type { View } from "./view";

const PAGE_ENTRIES = 100;
// Whoever waits at the top asks again with every drawing; after a page that did not come, not at once.
const AGAIN_AFTER_MS = 2_000;

export class History {
  // What lies right above the first entry held cannot be read by the server: nothing older is to be had yet.
  damaged = false;
  #resting = false;
  // Less than a page near to a damaged place: what can be read of it is shown.
  #span = PAGE_ENTRIES;
  // A page comes in parts where its entries are large: these lie below log.first, and do not touch it yet.
  #digestBefore: Uint8Array = new Uint8Array();
  #parts: Entry[] = [];

  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly port: GroupPort,
    private readonly pull: Pull,
    private readonly floor: Floor,
    private readonly view: View,
  ) {}

  // A page is on its way.
  get loading(): boolean {
    return this.pull.asking > 0;
  }

  // The first entry that this member may see is held.
  get complete(): boolean {
    return this.group.log.first <= this.group.floor + 1;
  }

  // False: nothing was asked, because there is nothing, or it is asked already. `downTo`: everything from
  // there on, in one piece, because somebody wants to go there.
  older(downTo = Number.MAX_SAFE_INTEGER): boolean {
    const { log, floor, state } = this.group;
    if (this.loading || this.#resting || this.complete || state !== "open") return false;
    this.#parts = [];
    const wanted = this.#span < PAGE_ENTRIES ? log.first - this.#span : Math.min(downTo, log.first - PAGE_ENTRIES);
    this.#pull(Math.max(floor + 1, wanted), log.first - 1);
    this.port.changed();
    return true;
  }

  // A part of a page that waits for the rest is changed as what is held.
  change(entry: Entry): void {
    const at = this.#parts.findIndex(({ seq, revision }) => seq === entry.seq && revision < entry.revision);
    if (at >= 0) this.#parts[at] = entry;
  }

  forget(): void {
    this.#stop();
    this.damaged = false;
    this.#span = PAGE_ENTRIES;
  }

  disconnected(): void {
    this.#stop();
    this.#span = PAGE_ENTRIES;
  }

  #stop(): void {
    this.pull.forget();
    this.#resting = false;
    this.#parts = [];
  }

  #fail(retryAfterMs: number): void {
    this.#stop();
    this.#resting = true;
    this.pull.later(Math.max(AGAIN_AFTER_MS, retryAfterMs), () => {
      this.#resting = false;
      this.port.changed();
    });
  }

  #pull(from: number, to: number): void {
    this.pull.ask(from, to, (pulled) => this.#pulled(pulled, from, to));
  }

  #pulled(pulled: Pulled, from: number, to: number): void {
    switch (pulled.case) {
      case "entries":
        return this.#take(pulled.range, pulled.end, to);
      case "damaged":
        return this.#narrowed(from, to) ? undefined : this.#fail(pulled.refusal.retryAfterMs);
      case "failed":
        return this.#fail(pulled.retryAfterMs);
      default:
        return this.#fail(0);
    }
  }

  // A page with a damaged place is refused as a whole: half of it, the one next to what is held, may be whole.
  #narrowed(from: number, to: number): boolean {
    const half = Math.floor((to - from + 1) / 2);
    this.#parts = [];
    this.damaged = half === 0;
    this.#span = half || PAGE_ENTRIES;
    if (half > 0) this.#pull(to - half + 1, to);
    return half > 0;
  }

  #take({ digestBefore, entries }: Range, end: number, to: number): void {
    if (this.#parts.length === 0) this.#digestBefore = digestBefore;
    this.#parts.push(...entries);
    if (end < to) return this.#pull(end + 1, to);
    // The log has begun afresh, or dropped its old end, while this page was on its way.
    if (to !== this.group.log.first - 1) return this.#stop();
    // chain() in prepend() walks over all parts, so parts that do not fit each other are found too.
    const fits = this.group.log.prepend(this.#digestBefore, this.#parts);
    this.#stop();
    if (!fits) return this.resync.mismatch();
    // It may have risen between two parts of the page.
    this.floor.rises(this.group.floor);
    this.damaged = false;
    this.view.boundAbove();
  }
}
