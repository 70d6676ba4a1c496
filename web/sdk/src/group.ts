// One group as one member sees it: a cursor on its log, and what he writes.
//
// Whatever comes is applied only where it continues the log; everything else (a gap, another epoch,
// a digest that does not fit) ends in one of two questions to the server: Pull, or Open.

import { Acts } from "./acts";
import { Beside } from "./beside";
import { Role, type Body, type Cursor, type EventValue, type Opened, type OustReason, type Refused } from "./codec";
import { genesis, sameBytes } from "./digest";
import { Elsewhere } from "./elsewhere";
import { Floor } from "./floor";
import { Gap } from "./gap";
import type { GroupPort } from "./group_port";
import { History } from "./history";
import { Log, type Page } from "./log";
import { Marks } from "./marks";
import { Membership } from "./membership";
import type { Outbox, Pending } from "./outbox";
import type { Draft } from "./plain";
import type { Answer } from "./push";
import { Reader } from "./reader";
import { remedyOf } from "./refusal";
import { Stale } from "./stale";
import { delayMs } from "./timer";
import { Typing } from "./typing";
import { View } from "./view";
import { Writer } from "./writer";

// refused: the server does not let us in; ousted: it did, and then put us out.
export type GroupState = "offline" | "opening" | "open" | "refused" | "ousted";

export type { GroupPort };

// An Opened that the server has promised; if it does not come, ask.
const OPENED_WITHIN_MS = 5_000;

export class Group {
  readonly log = new Log();
  readonly marks = new Marks();
  readonly beside = new Beside(this);
  readonly writer: Writer;
  readonly history: History;
  readonly stale: Stale;
  readonly elsewhere: Elsewhere;
  readonly gap: Gap;
  readonly reader: Reader;
  readonly typing: Typing;
  readonly acts: Acts;
  readonly membership: Membership;
  readonly view = new View(this);
  readonly bottom = new Floor(this);
  state: GroupState = "offline";
  opened: Omit<Opened, "entries"> | undefined;
  head = 0;
  online = 0;
  refusal: Refused | undefined;
  oustedBy: { reason: OustReason; by: number } | undefined;
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
    this.typing = new Typing(gid, port);
    this.writer = new Writer(this, port);
    this.history = new History(this, port);
    this.stale = new Stale(this, port);
    this.elsewhere = new Elsewhere(this, port);
    this.gap = new Gap(this, port);
    this.reader = new Reader(this, port);
    this.acts = new Acts(this, port);
    this.membership = new Membership(gid, port.request, () => this.log.epoch);
  }

  get outbox(): Outbox {
    return this.writer.outbox;
  }
  get floor(): number {
    return this.bottom.seq;
  }
  get role(): Role {
    return this.opened?.role ?? Role.NONE;
  }

  cursor(): Cursor {
    return { gid: this.gid, epoch: this.#fresh ? 0 : this.log.epoch, seq: this.#fresh ? 0 : this.log.last };
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
    this.stale.disconnected();
    this.elsewhere.disconnected();
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
    if (opened.epoch !== this.log.epoch) this.outbox.forked(opened.head);
    if (opened.reset || this.#fresh) {
      const { epoch, firstSeq } = opened;
      this.log.start(epoch, firstSeq, firstSeq === 1 ? genesis(this.gid) : opened.digestBefore);
      this.marks.forget();
      this.#forgetPages();
      this.outbox.passed(firstSeq - 1);
      this.#fresh = false;
      this.bottom.starts(opened.floor);
    } else {
      this.bottom.rises(opened.floor);
      this.stale.mark();
    }
    // A new history that has ours as its beginning: only its name is new.
    this.log.epoch = opened.epoch;
    this.opened = rest;
    this.online = opened.online;
    this.head = opened.head;
    this.reader.opened(opened.read, opened.unread, opened.head);
    this.marks.page(rest, rest.firstSeq, rest.firstSeq + entries.length - 1);
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

  // There is more; or something was missed that leaves no gap in the numbers, a change of what is held.
  onHead({ epoch, head, changesMissed }: EventValue<"head">): void {
    if (!this.current(epoch)) return;
    if (changesMissed) {
      this.stale.mark();
      // Until an answer reaches the head the server sends nothing but heads.
      if (head <= this.log.last) this.stale.shown(this.log.last, this.log.last);
    }
    this.reached({ epoch, head });
  }

  // The head is known to be at least there.
  reached({ epoch, head }: { epoch: number; head: number }): void {
    if (!this.current(epoch)) return;
    this.head = Math.max(this.head, head);
    this.gap.close();
  }

  // Unasked it comes before an Opened; as the answer to a Pull it does not.
  onFork({ epoch, forkSeq }: EventValue<"fork">, openedFollows: boolean): void {
    if (epoch <= this.log.epoch) return;
    this.writer.forked(forkSeq, epoch);
    // At once: what no other member can see any more must not stand here until the new page comes.
    this.log.fork(forkSeq);
    this.reader.forked(forkSeq);
    this.#forgetPages();
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

  onOusted(reason: OustReason, by: number): void {
    this.state = "ousted";
    this.oustedBy = { reason, by };
    this.outbox.closed();
  }

  #forgetPages(): void {
    this.history.forget();
    this.stale.forget();
    this.elsewhere.forget();
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
    if (this.view.full) return true;
    const last = this.log.last;
    const joined = this.log.append(page);
    if (joined === "broken") this.mismatch();
    if (joined !== "applied") return joined !== "broken";
    for (const entry of page.entries) {
      if (entry.seq <= last) continue;
      this.typing.spoke(entry.sender);
      if (entry.sender !== this.port.uid()) continue;
      const item = this.outbox.reached(entry);
      const said = item && entry.seq === this.log.last ? item.digest : undefined;
      if (said && said.length > 0 && !sameBytes(said, this.log.digest)) this.mismatch();
    }
    this.view.bound();
    return true;
  }

  send(body: Draft<Body>): Pending {
    return this.writer.send(body);
  }
}
