// What is older than the page a group was opened with, fetched when somebody scrolls back.

import type { Entry, EventValue } from "./codec";
import { genesis, sameBytes } from "./digest";
import type { Group, GroupPort } from "./group";
import { chain } from "./log";
import type { Answer } from "./push";
import { isDamage, remedyOf } from "./refusal";

const PAGE_ENTRIES = 100;
// Whoever waits at the top asks again with every drawing; after a page that did not come, not at once.
const AGAIN_AFTER_MS = 2_000;

export class History {
  loading = false;
  // What lies right above the first entry held cannot be read by the server: nothing older is to be had yet.
  damaged = false;
  #fetch = 0;
  #resting = false;
  // Less than a page near to a damaged place: what can be read of it is shown.
  #span = PAGE_ENTRIES;
  // A page comes in parts where its entries are large: these lie below log.first, and do not touch it yet.
  #digestBefore: Uint8Array = new Uint8Array();
  #parts: Entry[] = [];

  constructor(
    private readonly group: Group,
    private readonly port: GroupPort,
  ) {}

  // The first entry that this member may see is held.
  get complete(): boolean {
    return this.group.log.first <= this.group.floor + 1;
  }

  // False: nothing was asked, because there is nothing, or it is asked already. `downTo`: everything from
  // there on, in one piece, because somebody wants to go there.
  older(downTo = Number.MAX_SAFE_INTEGER): boolean {
    const { log, floor, state } = this.group;
    if (this.loading || this.#resting || this.complete || state !== "open") return false;
    this.loading = true;
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
    this.#fetch += 1;
    this.loading = false;
    this.#resting = false;
    this.#parts = [];
  }

  #fail(retryAfterMs: number): void {
    this.#stop();
    const fetch = this.#fetch;
    this.#resting = true;
    this.port.env.after(Math.max(AGAIN_AFTER_MS, retryAfterMs), () => {
      if (fetch !== this.#fetch) return;
      this.#resting = false;
      this.port.changed();
    });
  }

  #pull(from: number, to: number): void {
    const fetch = ++this.#fetch;
    const { gid, log } = this.group;
    this.port.request({ case: "pull", value: { gid, epoch: log.epoch, from, to } }, (answer) => {
      if (fetch !== this.#fetch) return;
      this.#pulled(answer, from, to);
      this.port.changed();
    });
  }

  #pulled(answer: Answer, from: number, to: number): void {
    if (answer.case === "range") return this.#range(answer.value, to);
    if (answer.case === "refused" && isDamage(answer.value) && this.#narrowed(from, to)) return undefined;
    this.#fail(answer.case === "refused" ? answer.value.retryAfterMs : 0);
    if (answer.case === "reset") this.group.bottom.onReset(answer.value);
    if (answer.case === "fork") this.group.onFork(answer.value, false);
    if (answer.case === "refused" && remedyOf(answer.value.code) === "now") this.group.open();
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

  #range(range: EventValue<"range">, to: number): void {
    const { firstSeq, entries } = range;
    this.group.bottom.rises(range.floor);
    const before = firstSeq === 1 ? genesis(this.group.gid) : range.digestBefore;
    const digest = chain(before, firstSeq, entries);
    if (entries.length === 0 || !digest || !sameBytes(digest, range.digest)) return this.#fail(0);
    if (this.#parts.length === 0) this.#digestBefore = before;
    this.#parts.push(...entries);
    const end = firstSeq + entries.length - 1;
    this.group.marks.page(range, firstSeq, end);
    if (end < to) return this.#pull(end + 1, to);
    // The log has begun afresh, or dropped its old end, while this page was on its way.
    if (to !== this.group.log.first - 1) return this.#stop();
    // chain() in prepend() walks over all parts, so parts that do not fit each other are found too.
    const fits = this.group.log.prepend(this.#digestBefore, this.#parts);
    this.#stop();
    if (!fits) return this.group.mismatch();
    // It may have risen between two parts of the page.
    this.group.bottom.rises(this.group.floor);
    this.damaged = false;
    this.group.view.boundAbove();
  }
}
