// Held entries that may have been recalled or edited without our hearing of it: the connection was
// away, or the server had to tell us that we missed something. They are fetched again when shown.

import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import type { Pull, Pulled } from "./pull";
import { delayMs } from "./timer";

interface Span {
  from: number;
  to: number;
}

const PULL_ENTRIES = 200;

export class Revalidation {
  #spans: Span[] = [];
  #tries = 0;
  #resting = false;

  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly port: GroupPort,
    private readonly pull: Pull,
  ) {}

  // All that is held now.
  mark(): void {
    const { first, last } = this.group.log;
    this.#stop();
    this.#spans = last < first ? [] : [{ from: first, to: last }];
  }

  forget(): void {
    this.#stop();
    this.#spans = [];
  }

  disconnected(): void {
    this.#stop();
  }

  // These are on the screen.
  shown(first: number, last: number): void {
    if (this.pull.asking > 0 || this.group.state !== "open" || this.#resting) return;
    const span = this.#spans.findLast(({ from, to }) => from <= last && to >= first);
    if (!span) return;
    const to = Math.min(last, span.to);
    const from = Math.max(span.from, first, to - PULL_ENTRIES + 1);
    this.pull.ask(from, to, (pulled) => this.#pulled(pulled, from, to));
  }

  #stop(): void {
    this.pull.forget();
    this.#resting = false;
  }

  #pulled(pulled: Pulled, from: number, to: number): void {
    switch (pulled.case) {
      case "entries":
        this.#tries = 0;
        this.#fresh(pulled.range.firstSeq, pulled.end);
        if (pulled.range.entries.some((entry) => this.group.log.change(entry) === "broken")) this.resync.mismatch();
        return;
      case "misfit":
        return this.resync.mismatch();
      case "damaged":
        // They stay as they are held; the others must not wait for them.
        return this.#fresh(from, to);
      case "floor":
        // Above it the span is as stale as before.
        if (pulled.floor >= from) return this.#fresh(from, Math.min(to, pulled.floor));
        return this.#later(0);
      case "failed":
        return this.#later(pulled.retryAfterMs);
      case "nothing":
        return this.#later(0);
    }
  }

  #later(afterMs: number): void {
    this.#tries += 1;
    this.#resting = true;
    this.pull.later(afterMs + delayMs(this.#tries, this.port.env), () => {
      this.#resting = false;
      this.port.changed();
    });
  }

  #fresh(from: number, to: number): void {
    this.#spans = this.#spans.flatMap((span) => {
      const left = { from: span.from, to: Math.min(span.to, from - 1) };
      const right = { from: Math.max(span.from, to + 1), to: span.to };
      return [left, right].filter((part) => part.from <= part.to);
    });
  }
}
