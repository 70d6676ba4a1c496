// One group as one member sees it: a cursor on its log, and what he writes.
//
// Whatever comes is applied only where it continues the log; everything else (a gap, another epoch,
// a digest that does not fit) ends in one of two questions to the server: Pull, or Open.

import { decodeBody, encodeBody, EntryKind, type Body, type Command, type Cursor, type Entry, type EventValue, type Opened, type Refused } from "./codec";
import { makeCmid } from "./cmid";
import { genesis, sameBytes } from "./digest";
import type { Env } from "./env";
import { Gap } from "./gap";
import { History } from "./history";
import { Log, type Page } from "./log";
import { Outbox, type Pending } from "./outbox";
import type { Answer } from "./push";
import { Reader } from "./reader";
import { remedyOf } from "./refusal";
import { delayMs } from "./timer";
import type { Draft } from "./plain";

// refused: the server does not let us in; ousted: it did, and then put us out.
export type GroupState = "offline" | "opening" | "open" | "refused" | "ousted";

export interface GroupPort {
  readonly env: Env;
  uid(): number;
  serverNow(): number;
  request(command: Command, answered: (answer: Answer) => void): void;
  changed(): void;
}

// A push is on its way when an answer names its entry; only if it does not come, ask.
const PUSH_WITHIN_MS = 1_500;
// An Opened that the server has promised; if it does not come, ask.
const OPENED_WITHIN_MS = 5_000;
const REOFFER_WITHIN_MS = 7 * 24 * 3_600_000;

export class Group {
  readonly log = new Log();
  readonly outbox: Outbox;
  readonly history: History;
  readonly gap: Gap;
  readonly reader: Reader;
  state: GroupState = "offline";
  opened: Omit<Opened, "entries"> | undefined;
  head = 0;
  floor = 0;
  online = 0;
  refusal: Refused | undefined;
  // How often what came did not fit what we hold. Zero is what everybody should always see.
  mismatches = 0;
  // What is held is not to be continued; it is still shown until the new page is here.
  #fresh = true;
  #connected = false;
  #attempt = 0;
  #tries = 0;

  constructor(
    readonly gid: number,
    private readonly port: GroupPort,
  ) {
    this.outbox = new Outbox(port.env, {
      send: (item, after, answered) => this.#send(item, after, answered),
      kept: (item) => this.#kept(item),
      reopen: () => this.open(),
      changed: () => port.changed(),
    });
    this.history = new History(this, port);
    this.gap = new Gap(this, port);
    this.reader = new Reader(this, port);
  }

  cursor(): Cursor {
    if (this.#fresh) return { gid: this.gid, epoch: 0, seq: 0 };
    return { gid: this.gid, epoch: this.log.epoch, seq: this.log.last };
  }

  // ---- The connection comes and goes

  // `resumed`: the greeting named this group, so an Opened is on its way.
  connected(resumed: boolean): void {
    this.#connected = true;
    if (this.state === "ousted" || this.state === "refused") return;
    if (!resumed) return this.open();
    this.state = "opening";
    this.#retryUnlessOpened(OPENED_WITHIN_MS);
  }

  disconnected(): void {
    this.#connected = false;
    this.gap.forget();
    this.#attempt += 1;
    this.outbox.closed();
    this.history.disconnected();
    if (this.state === "open" || this.state === "opening") this.state = "offline";
  }

  open(): void {
    if (!this.#connected) return;
    this.#suspend();
    const attempt = this.#attempt;
    this.port.request({ case: "open", value: this.cursor() }, (answer) => {
      if (attempt === this.#attempt) this.#openAnswered(answer);
      this.port.changed();
    });
  }

  #openAnswered(answer: Answer): void {
    if (answer.case === "opened") return this.onOpened(answer.value);
    if (answer.case === "refused") return this.onRefused(answer.value);
    if (answer.case !== "lost") this.#openLater(0);
  }

  #openLater(afterMs: number): void {
    this.#tries += 1;
    this.#retryUnlessOpened(afterMs + delayMs(this.#tries, this.port.env));
  }

  #retryUnlessOpened(waitMs: number): void {
    const attempt = ++this.#attempt;
    this.port.env.after(waitMs, () => {
      if (attempt === this.#attempt && this.state === "opening") this.open();
    });
  }

  // From nothing: what is held does not lead to the server's log, or leads there too slowly.
  afresh(): void {
    this.#fresh = true;
    this.gap.forget();
    this.open();
  }

  mismatch(): void {
    this.mismatches += 1;
    this.#fresh = true;
    this.#suspend();
    if (this.mismatches < 3) this.open();
    else this.#openLater(0);
  }

  #suspend(): void {
    this.state = "opening";
    this.gap.forget();
    this.#attempt += 1;
    this.outbox.closed();
  }

  // ---- What the server says

  onOpened(opened: Opened): void {
    const { entries, ...rest } = opened;
    this.#attempt += 1;
    this.gap.forget();
    if (opened.epoch !== this.log.epoch) this.outbox.forked();
    if (opened.reset || this.#fresh) {
      const { epoch, firstSeq } = opened;
      this.log.start(epoch, firstSeq, firstSeq === 1 ? genesis(this.gid) : opened.digestBefore);
      this.history.forget();
      this.outbox.passed(firstSeq - 1);
      this.#fresh = false;
    }
    // A new history that has ours as its beginning: only its name is new.
    this.log.epoch = opened.epoch;
    this.opened = rest;
    this.floor = opened.floor;
    this.online = opened.online;
    this.head = opened.head;
    this.reader.opened(opened.read, opened.unread, opened.head);
    this.history.take(rest);
    if (entries.length > 0 && !this.apply({ firstSeq: opened.firstSeq, entries, digest: opened.digest })) return;
    if (this.log.last >= opened.head && !sameBytes(this.log.digest, opened.digest)) return this.mismatch();
    this.state = "open";
    this.refusal = undefined;
    this.#tries = 0;
    this.outbox.opened(opened.epoch);
    this.gap.close();
    this.reader.flush();
  }

  onBatch(batch: EventValue<"batch">): void {
    if (!this.current(batch.epoch)) return;
    this.head = Math.max(this.head, batch.firstSeq + batch.entries.length - 1);
    this.apply(batch);
    this.gap.close();
  }

  onHead({ epoch, head }: { epoch: number; head: number }): void {
    if (!this.current(epoch)) return;
    this.head = Math.max(this.head, head);
    this.gap.close();
  }

  onChanged({ epoch, entry }: EventValue<"changed">): void {
    if (!this.current(epoch) || !entry) return;
    if (this.log.change(entry) === "broken") this.mismatch();
  }

  // Above the fork everything is gone for everybody. What we had written there is offered again. Unasked
  // it comes before an Opened; as the answer to a Pull it does not.
  onFork({ epoch, forkSeq }: EventValue<"fork">, openedFollows: boolean): void {
    if (epoch === this.log.epoch) return;
    const since = this.port.serverNow() - REOFFER_WITHIN_MS;
    const mine = this.log.entries.filter(
      ({ seq, sender, recalled, timeMs }) => seq > forkSeq && sender === this.port.uid() && !recalled && timeMs > since,
    );
    this.outbox.forked();
    this.outbox.closed();
    this.outbox.offerAgain(mine.map((entry) => pendingOf(entry, epoch)));
    if (!openedFollows) return this.afresh();
    this.#fresh = true;
    if (this.state !== "open") return;
    this.#suspend();
    this.#retryUnlessOpened(OPENED_WITHIN_MS);
  }

  onRefused(refusal: Refused): void {
    this.refusal = refusal;
    const remedy = remedyOf(refusal.code);
    if (remedy === "later") return this.#openLater(refusal.retryAfterMs);
    if (remedy === "now") return this.#afreshLater();
    this.state = "refused";
  }

  onOusted(): void {
    this.state = "ousted";
    this.outbox.closed();
  }

  #afreshLater(): void {
    this.#fresh = true;
    this.#openLater(0);
  }

  // Whether what is said of `epoch` can be applied; if the epoch is new, the group is opened again.
  current(epoch: number): boolean {
    if (this.state !== "open") return false;
    if (epoch !== this.log.epoch) this.open();
    return this.state === "open";
  }

  // False: it did not fit, and the group is being opened afresh.
  apply(page: Page): boolean {
    const last = this.log.last;
    const joined = this.log.append(page);
    if (joined === "broken") this.mismatch();
    if (joined !== "applied") return joined !== "broken";
    for (const entry of page.entries) {
      if (entry.seq <= last || entry.sender !== this.port.uid()) continue;
      const item = this.outbox.reached(entry);
      const said = item && entry.seq === this.log.last ? item.digest : undefined;
      if (said && said.length > 0 && !sameBytes(said, this.log.digest)) this.mismatch();
    }
    if (this.reader.shown >= last) this.log.trim();
    return true;
  }

  // ---- Writing

  send(body: Draft<Body>): Pending {
    const item: Pending = {
      cmid: makeCmid(this.port.serverNow(), this.port.env),
      body: encodeBody(body),
      writtenMs: this.port.serverNow(),
      seen: this.reader.shown,
      epoch: this.log.epoch,
      state: "waiting",
      seq: 0,
      digest: new Uint8Array(),
    };
    this.outbox.add(item);
    this.port.changed();
    return item;
  }

  // As a new send: the old id is spent.
  sendAgain(cmid: Uint8Array): void {
    const item = this.outbox.discard(cmid);
    const body = item && decodeBody(item.body);
    if (body) this.send(body);
  }

  #send(item: Pending, after: Uint8Array, answered: (answer: Answer) => void): void {
    const { cmid, seen, body, epoch } = item;
    this.port.request({ case: "send", value: { gid: this.gid, cmid, after, seen, body, epoch } }, answered);
  }

  #kept({ seq, epoch }: Pending): void {
    if (epoch === this.log.epoch && seq <= this.log.last) return this.outbox.passed(this.log.last);
    this.port.env.after(PUSH_WITHIN_MS, () => this.onHead({ epoch, head: seq }));
  }
}

function pendingOf(entry: Entry, epoch: number): Pending {
  const { cmid, body, timeMs } = entry;
  return { cmid, body, writtenMs: timeMs, seen: 0, epoch, state: "unknown", seq: 0, digest: new Uint8Array() };
}

export function countsAsUnread(entry: Entry, uid: number): boolean {
  return entry.kind === EntryKind.POST && !entry.recalled && entry.sender !== uid;
}
