// What is missing between the newest entry held and the head: pulled, one page at a time.

import type { EventValue } from "./codec";
import type { Group, GroupPort } from "./group";
import type { Answer } from "./push";
import { isDamage, remedyOf } from "./refusal";
import { delayMs } from "./timer";

const PULL_ENTRIES = 200;
// More than this is not pulled but skipped: the newest page is what the reader wants to see.
const SKIP_ENTRIES = 1_000;

export class Gap {
  #pulling = false;
  #asked = 0;
  #tries = 0;

  constructor(
    private readonly group: Group,
    private readonly port: GroupPort,
  ) {}

  // An answer that is still on its way is of no use any more.
  forget(): void {
    this.#asked += 1;
    this.#pulling = false;
  }

  close(): void {
    const { gid, log, head, state } = this.group;
    if (state !== "open" || this.#pulling || head <= log.last) return;
    if (this.group.view.full) return;
    // Whoever reads on from further up gets every page in between.
    if (head - log.last > SKIP_ENTRIES && this.group.view.follows) return this.group.afresh();
    this.#pulling = true;
    const from = log.last + 1;
    const to = Math.min(head, from + PULL_ENTRIES - 1);
    const asked = ++this.#asked;
    this.port.request({ case: "pull", value: { gid, epoch: log.epoch, from, to } }, (answer) => {
      if (asked !== this.#asked) return;
      this.#pulling = false;
      this.#pulled(answer);
      this.port.changed();
    });
  }

  #pulled(answer: Answer): void {
    switch (answer.case) {
      case "range":
        return this.#range(answer.value);
      case "reset":
        return this.group.bottom.onReset(answer.value);
      case "fork":
        return this.group.onFork(answer.value, false);
      case "refused":
        // What comes after a damaged place is worth more than to wait for it.
        if (isDamage(answer.value)) return this.group.afresh();
        if (remedyOf(answer.value.code) !== "later") return this.group.open();
        return this.#later(answer.value.retryAfterMs);
      case "lost":
        return undefined;
      default:
        return this.#later(0);
    }
  }

  #range(range: EventValue<"range">): void {
    if (!this.group.current(range.epoch)) return;
    this.group.marks.page(range, range.firstSeq, range.firstSeq + range.entries.length - 1);
    this.group.head = Math.max(this.group.head, range.head);
    this.group.bottom.rises(range.floor);
    const before = this.group.log.last;
    if (!this.group.apply(range)) return;
    if (this.group.log.last === before) return this.#later(0);
    this.#tries = 0;
    this.close();
  }

  #later(afterMs: number): void {
    this.#tries += 1;
    this.port.env.after(afterMs + delayMs(this.#tries, this.port.env), () => this.close());
  }
}
