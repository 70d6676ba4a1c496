// How a group comes to be open on a connection: asked for, waited for, and asked for again.

import type { Cursor, Opened, Refused } from "./codec";
import type { GroupPort } from "./group_port";
import type { GroupState } from "./group_state";
import { remedyOf } from "./refusal";
import type { Answer } from "./request";
import { delayMs } from "./timer";

export interface OpeningListener {
  // Until it is open nothing is sent, and what was asked for the log's new end counts for nothing.
  suspended(): void;
  opened(opened: Opened): void;
}

// An Opened that the server has promised; if it does not come, ask.
const OPENED_WITHIN_MS = 5_000;
const MISMATCHES_AT_ONCE = 3;

export class Opening {
  // What is held is not to be continued; it is still shown until the new page is here.
  fresh = true;
  #connected = false;
  #attempt = 0;
  #tries = 0;

  constructor(
    private readonly group: GroupState,
    private readonly port: GroupPort,
    private readonly listener: OpeningListener,
  ) {}

  cursor(): Cursor {
    const { gid, log } = this.group;
    return this.fresh ? { gid, epoch: 0, seq: 0 } : { gid, epoch: log.epoch, seq: log.last };
  }

  // `resumed`: the greeting named this group, so an Opened is on its way.
  connected(resumed: boolean): void {
    this.#connected = true;
    const { state } = this.group;
    if (state === "ousted" || state === "refused") return;
    if (!resumed) return this.open();
    this.group.state = "opening";
    this.#retryUnlessOpened(OPENED_WITHIN_MS);
  }

  disconnected(): void {
    this.#connected = false;
    this.#attempt += 1;
    this.listener.suspended();
    const { state } = this.group;
    if (state === "open" || state === "opening") this.group.state = "offline";
  }

  open(): void {
    if (!this.#connected) return;
    this.#suspend();
    const attempt = this.#attempt;
    this.port.request({ case: "open", value: this.cursor() }, (answer) => {
      if (attempt === this.#attempt) this.#answered(answer);
      this.port.changed();
    });
  }

  afresh(): void {
    this.fresh = true;
    this.open();
  }

  mismatch(): void {
    this.group.mismatches += 1;
    this.fresh = true;
    this.#suspend();
    if (this.group.mismatches < MISMATCHES_AT_ONCE) this.open();
    else this.#openLater(0);
  }

  // The server has begun another history and an Opened follows.
  forked(): void {
    this.fresh = true;
    if (this.group.state !== "open") return;
    this.#suspend();
    this.#retryUnlessOpened(OPENED_WITHIN_MS);
  }

  refused(refusal: Refused): void {
    this.group.refusal = refusal;
    const remedy = remedyOf(refusal.code);
    if (remedy === "later") return this.#openLater(refusal.retryAfterMs);
    if (remedy === "now") {
      this.fresh = true;
      return this.#openLater(0);
    }
    this.group.state = "refused";
  }

  // An Opened is here: it need not be asked for any more.
  arrived(): void {
    this.#attempt += 1;
  }

  // And it fits.
  succeeded(): void {
    this.group.state = "open";
    this.group.refusal = undefined;
    this.#tries = 0;
  }

  #suspend(): void {
    this.group.state = "opening";
    this.#attempt += 1;
    this.listener.suspended();
  }

  #answered(answer: Answer): void {
    if (answer.case === "opened") return this.listener.opened(answer.value);
    if (answer.case === "refused") return this.refused(answer.value);
    if (answer.case !== "lost") this.#openLater(0);
  }

  #openLater(afterMs: number): void {
    this.#tries += 1;
    this.#retryUnlessOpened(afterMs + delayMs(this.#tries, this.port.env));
  }

  #retryUnlessOpened(waitMs: number): void {
    const attempt = ++this.#attempt;
    this.port.env.after(waitMs, () => {
      if (attempt === this.#attempt && this.group.state === "opening") this.open();
    });
  }
}
