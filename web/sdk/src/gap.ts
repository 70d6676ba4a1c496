// What is missing between the newest entry held and the head: pulled, one page at a time.

import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import type { Pull, Pulled, Range } from "./pull";
import { remedyOf } from "./refusal";
import { delayMs } from "./timer";
import type { View } from "./view";

const PULL_ENTRIES = 200;
// More than this is not pulled but skipped: the newest page is what the reader wants to see.
const SKIP_ENTRIES = 1_000;

export class Gap {
  #tries = 0;

  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly port: GroupPort,
    private readonly pull: Pull,
    private readonly view: View,
  ) {}

  // An answer that is still on its way is of no use any more.
  forget(): void {
    this.pull.forget();
  }

  close(): void {
    const { log, head, state } = this.group;
    if (state !== "open" || this.pull.asking > 0 || head <= log.last) return;
    if (this.view.full) return;
    // Whoever reads on from further up gets every page in between.
    if (head - log.last > SKIP_ENTRIES && this.view.follows) return this.resync.afresh();
    const from = log.last + 1;
    this.pull.ask(from, Math.min(head, from + PULL_ENTRIES - 1), (pulled) => this.#pulled(pulled));
  }

  #pulled(pulled: Pulled): void {
    switch (pulled.case) {
      case "entries":
        return this.#take(pulled.range);
      case "misfit":
        return this.resync.mismatch();
      case "damaged":
        // What comes after a damaged place is worth more than to wait for it.
        return this.resync.afresh();
      case "failed":
        if (pulled.failure !== "offline" && remedyOf(pulled.failure.code) !== "later") return this.resync.open();
        return this.#later(pulled.retryAfterMs);
      case "floor":
      case "nothing":
        return this.#later(0);
    }
  }

  #take(range: Range): void {
    if (!this.resync.current(range.epoch)) return;
    this.group.head = Math.max(this.group.head, range.head);
    const before = this.group.log.last;
    if (!this.resync.apply(range)) return;
    if (this.group.log.last === before) return this.#later(0);
    this.#tries = 0;
    this.close();
  }

  #later(afterMs: number): void {
    this.#tries += 1;
    this.pull.later(afterMs + delayMs(this.#tries, this.port.env), () => this.close());
  }
}
