// Held entries that may have been recalled or edited without our hearing of it: the connection was
// away, or the server had to tell us that we missed something. They are fetched again when shown.

import type { Group, GroupPort } from "./group";
import type { Answer } from "./push";
import { isDamage, remedyOf } from "./refusal";
import { delayMs } from "./timer";

interface Span {
  from: number;
  to: number;
}

const PULL_ENTRIES = 200;

export class Stale {
  #spans: Span[] = [];
  #fetch = 0;
  #fetching = false;
  #tries = 0;
  #resting = false;

  constructor(
    private readonly group: Group,
    private readonly port: GroupPort,
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
    if (this.#fetching || this.group.state !== "open" || this.#resting) return;
    const span = this.#spans.findLast(({ from, to }) => from <= last && to >= first);
    if (!span) return;
    const to = Math.min(last, span.to);
    this.#pull(Math.max(span.from, first, to - PULL_ENTRIES + 1), to);
  }

  #stop(): void {
    this.#fetch += 1;
    this.#fetching = false;
    this.#resting = false;
  }

  #pull(from: number, to: number): void {
    this.#fetching = true;
    const fetch = ++this.#fetch;
    const { gid, log } = this.group;
    this.port.request({ case: "pull", value: { gid, epoch: log.epoch, from, to } }, (answer) => {
      if (fetch !== this.#fetch) return;
      this.#fetching = false;
      this.#pulled(answer, from, to);
      this.port.changed();
    });
  }

  #pulled(answer: Answer, from: number, to: number): void {
    if (answer.case === "range" && answer.value.entries.length > 0) {
      const { firstSeq, entries, floor } = answer.value;
      const end = firstSeq + entries.length - 1;
      this.group.marks.page(answer.value, firstSeq, end);
      this.#tries = 0;
      this.#fresh(firstSeq, end);
      this.group.bottom.rises(floor);
      if (entries.some((entry) => this.group.log.change(entry) === "broken")) this.group.mismatch();
      return;
    }
    if (answer.case === "reset" && answer.value.floor >= from) {
      // Above it the span is as stale as before.
      this.#fresh(from, Math.min(to, answer.value.floor));
      return this.group.bottom.onReset(answer.value);
    }
    // They stay as they are held; the others must not wait for them.
    if (answer.case === "refused" && isDamage(answer.value)) return this.#fresh(from, to);
    if (answer.case === "fork") return this.group.onFork(answer.value, false);
    if (answer.case === "refused" && remedyOf(answer.value.code) === "now") return this.group.open();
    this.#tries += 1;
    const waitMs = delayMs(this.#tries, this.port.env) + (answer.case === "refused" ? answer.value.retryAfterMs : 0);
    const fetch = this.#fetch;
    this.#resting = true;
    this.port.env.after(waitMs, () => {
      if (fetch !== this.#fetch) return;
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
