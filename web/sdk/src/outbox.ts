// What was written and is not in the log yet, in the order in which it was written.
//
// Each send names the one before it that has no answer (`after`), so the server keeps their order.
// When one fails, those behind it fail too, each with "predecessor missing": so everything waits
// until nothing is in flight, and then goes again, from the oldest.

import { Code, type Entry, type Refused } from "./codec";
import { hexOf } from "./cmid";
import type { Cancel, Env } from "./env";
import type { Answer } from "./request";
import { remedyOf } from "./refusal";
import { delayMs } from "./timer";

// waiting: not sent, or refused for a time; unknown: sent, and the answer was lost; kept: the server
// has stored it; refused: for good, the user decides.
export type PendingState = "waiting" | "sending" | "unknown" | "kept" | "refused";

// A message on its way into the log.
export interface Pending {
  // 16 bytes: the same through all its retries.
  readonly cmid: Uint8Array;
  // For decodeBody().
  readonly body: Uint8Array;
  // By the server's clock.
  readonly writtenMs: number;
  // It lies where no end of the page takes it, or cannot: before that it does not go out.
  safe: boolean;
  // What its writer had seen.
  seen: number;
  epoch: number;
  state: PendingState;
  seq: number;             // 0 until kept
  digest: Uint8Array;      // At seq, as the server said it; may be empty
  // The last one, where it waits or is refused for good.
  refusal?: Refused;
  retryAtMs?: number;      // By this machine's clock
}

export interface OutboxPort {
  send(item: Pending, after: Uint8Array, answered: (answer: Answer) => void): void;
  kept(item: Pending): void;
  // The group must be opened (again) before anything can be sent.
  reopen(): void;
  changed(): void;
}

const IN_FLIGHT_MAX = 4;
const NONE = new Uint8Array();

export class Outbox {
  #items: Pending[] = [];
  #open = false;
  #inFlight = 0;
  #failed = false;
  #failures = 0;
  #holdUntilMs = 0;  // 0: nothing holds. Its timer ends it, never the clock: that may be a little behind.
  #cancelHold: Cancel | undefined;

  constructor(
    private readonly env: Env,
    private readonly port: OutboxPort,
  ) {}

  // Not to be changed by the reader.
  get items(): readonly Pending[] {
    return this.#items;
  }

  add(item: Pending): void {
    this.#items.push(item);
    this.#pump();
  }

  // This one may go out now.
  saved(item: Pending): void {
    item.safe = true;
    this.#pump();
  }

  // Own entries that the server lost, oldest first: they go again, under the same ids, before all else.
  offerAgain(items: Pending[]): void {
    this.#items.unshift(...items);
    this.#pump();
  }

  // Gone from here; what the server has stored already stays. Nothing: it is not here any more.
  discard(cmid: Uint8Array): Pending | undefined {
    const item = this.#find(hexOf(cmid));
    if (item) this.#items = this.#items.filter((other) => other !== item);
    // What was held back by it may go now.
    if (item?.retryAtMs !== undefined) this.#hold(0);
    this.#pump();
    return item;
  }

  // The log, applied in order, has reached this entry.
  reached(entry: Entry): Pending | undefined {
    if (this.#items.length === 0) return undefined;
    const item = this.#find(hexOf(entry.cmid));
    if (item) this.#items = this.#items.filter((other) => other !== item);
    return item;
  }

  // The log starts afresh after `seq`: what was kept at or below it lies in pages not held.
  passed(seq: number): void {
    this.#items = this.#items.filter((item) => item.state !== "kept" || item.seq > seq);
  }

  // The history in which they were kept is gone above `fork`: whether they are in the new one is not known,
  // and what was seen there is not what stands under those numbers now.
  forked(fork: number): void {
    for (const item of this.#items) {
      if (item.state === "kept") item.state = "unknown";
      item.seen = Math.min(item.seen, fork);
    }
  }

  opened(epoch: number): void {
    for (const item of this.#items) if (item.state !== "kept") item.epoch = epoch;
    this.#open = true;
    this.#hold(0);
    this.#pump();
  }

  closed(): void {
    this.#open = false;
    this.#cancelHold?.();
  }

  #find(key: string): Pending | undefined {
    return this.#items.find(({ cmid }) => hexOf(cmid) === key);
  }

  #pump(): void {
    if (!this.#open || this.#holdUntilMs > 0) return;
    if (this.#failed && this.#inFlight > 0) return;
    this.#failed = false;
    let after: Uint8Array = NONE;
    for (const item of this.#items.slice()) {
      if (item.state === "kept" || item.state === "refused") continue;
      // Nor does anything behind it: the order would be another.
      if (!item.safe) return;
      if (item.state !== "sending") {
        if (this.#inFlight >= IN_FLIGHT_MAX) return;
        this.#send(item, after);
      }
      after = item.cmid;
    }
  }

  #send(item: Pending, after: Uint8Array): void {
    item.state = "sending";
    delete item.retryAtMs;
    this.#inFlight += 1;
    this.port.send(item, after, (answer) => {
      this.#inFlight -= 1;
      this.#answered(item, answer);
      this.#pump();
      this.port.changed();
    });
  }

  #answered(item: Pending, answer: Answer): void {
    if (item.state !== "sending") return;
    switch (answer.case) {
      case "sent":
        this.#failures = 0;
        item.state = "kept";
        item.seq = answer.value.seq;
        item.epoch = answer.value.epoch;
        item.digest = answer.value.digest;
        delete item.refusal;
        return this.port.kept(item);
      case "refused":
        return this.#refused(item, answer.value);
      case "lost":
        item.state = "unknown";
        // With the connection: nothing can be sent until the group is open on the next one.
        this.#open = false;
        return undefined;
      default:
        return this.#again(item, "unknown", 0);
    }
  }

  #refused(item: Pending, refusal: Refused): void {
    const { code } = refusal;
    const remedy = remedyOf(code);
    if (remedy === "ask" || remedy === "never") {
      item.state = "refused";
      item.refusal = refusal;
      return;
    }
    const unsure = code === Code.OWNER_MOVED || code === Code.TIMEOUT;
    if (remedy === "later") item.refusal = refusal;
    this.#again(item, unsure ? "unknown" : "waiting", refusal.retryAfterMs);
    if (code === Code.EPOCH_CHANGED || code === Code.NOT_OPEN) this.port.reopen();
  }

  // A first failure goes again at once, later ones wait longer and longer: a server that always says
  // "now" must not be asked without end.
  #again(item: Pending, state: PendingState, retryAfterMs: number): void {
    item.state = state;
    if (!this.#failed) this.#failures += 1;
    this.#failed = true;
    const waitMs = retryAfterMs > 0 || this.#failures < 2 ? retryAfterMs : delayMs(this.#failures, this.env);
    this.#hold(Math.max(this.#holdUntilMs, this.env.now() + waitMs));
    if (retryAfterMs > 0) item.retryAtMs = this.env.now() + retryAfterMs;
  }

  #hold(untilMs: number): void {
    this.#cancelHold?.();
    const waitMs = untilMs - this.env.now();
    this.#holdUntilMs = waitMs > 0 ? untilMs : 0;
    if (waitMs <= 0) return;
    this.#cancelHold = this.env.after(waitMs, () => {
      this.#holdUntilMs = 0;
      this.#pump();
    });
  }
}
