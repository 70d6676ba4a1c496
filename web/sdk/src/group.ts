// One group as one member sees it: a cursor on its log, and what they write.
//
// Whatever comes is applied only where it continues the log; everything else (a gap, another epoch,
// a digest that does not fit) ends in one of two questions to the server: Pull, or Open. The parts know
// what is held (GroupState) and how to have it repaired (Resync), and not this class.

import type { Body, Cursor, EventValue, Opened, OustReason, Refused, Role } from "./codec";
import { genesis, sameBytes } from "./digest";
import { EntryCache } from "./entry_cache";
import { EntryCommands } from "./entry_commands";
import { Floor } from "./floor";
import { Gap } from "./gap";
import { GroupEvents } from "./group_events";
import type { GroupPort, Resync } from "./group_port";
import { GroupState, type OpenState } from "./group_state";
import { History } from "./history";
import { Leap } from "./leap";
import type { Log, Page } from "./log";
import type { Marks } from "./marks";
import { Membership } from "./membership";
import { Moderation } from "./moderation";
import { Opening } from "./opening";
import type { Outbox, Pending } from "./outbox";
import type { Draft } from "./plain";
import { Pull } from "./pull";
import { Reader } from "./reader";
import { Revalidation } from "./revalidation";
import { Snapshot } from "./snapshot";
import { Typing } from "./typing";
import { View } from "./view";
import { Writer } from "./writer";

export class Group implements Resync {
  readonly log: Log;
  readonly marks: Marks;
  readonly events: GroupEvents;
  readonly writer: Writer;
  readonly history: History;
  readonly leap: Leap;
  readonly revalidation: Revalidation;
  readonly entryCache: EntryCache;
  readonly gap: Gap;
  readonly reader: Reader;
  readonly typing: Typing;
  readonly entryCommands: EntryCommands;
  readonly membership: Membership;
  readonly moderation: Moderation;
  readonly view: View;
  readonly bottom: Floor;
  readonly snapshot: Snapshot;
  readonly #state: GroupState;
  readonly #opening: Opening;

  constructor(
    // The group's number.
    readonly gid: number,
    private readonly port: GroupPort,
  ) {
    const state = new GroupState(gid);
    this.#state = state;
    this.log = state.log;
    this.marks = state.marks;
    this.#opening = new Opening(state, port, {
      suspended: () => this.#suspended(),
      opened: (opened) => this.onOpened(opened),
    });
    this.bottom = new Floor(state, this, (floor) => this.entryCache.drop(floor));
    this.view = new View(state, () => this.gap.close());
    const pull = () => new Pull(state, this, this.bottom, port);
    this.gap = new Gap(state, this, port, pull(), this.view);
    this.history = new History(state, this, port, pull(), this.bottom, this.view);
    this.leap = new Leap(state, this, port, pull(), this.view, () => {
      this.gap.forget();
      this.#forgetPages();
    });
    this.revalidation = new Revalidation(state, this, port, pull());
    this.entryCache = new EntryCache(state, pull());
    this.reader = new Reader(state, port, this.view);
    this.snapshot = new Snapshot(state, this.#opening, this.reader, this.bottom);
    this.typing = new Typing(gid, port);
    this.writer = new Writer(state, this, port, this.reader, this.typing);
    this.events = new GroupEvents(state, this, this.history, this.entryCache, this.reader);
    this.entryCommands = new EntryCommands(state, this, port);
    this.membership = new Membership(gid, port.request, () => state.epoch);
    this.moderation = new Moderation(state, port);
  }

  // In the order in which it was written.
  get outbox(): Outbox {
    return this.writer.outbox;
  }
  // Whether the group is open on this connection.
  get state(): OpenState {
    return this.#state.state;
  }
  // Name, settings, role, members and more, as the server told last; nothing before the first opening.
  get opened(): Omit<Opened, "entries"> | undefined {
    return this.#state.opened;
  }
  // The newest seq that the server is known to have; the log may end below it.
  get head(): number {
    return this.#state.head;
  }
  // Nothing at or below it is shown to me; 0: all may be seen.
  get floor(): number {
    return this.#state.floor;
  }
  // How many members are here, as far as the server has told.
  get online(): number {
    return this.#state.online;
  }
  // Mine; NONE before the first opening.
  get role(): Role {
    return this.#state.role;
  }
  // Why the group is not open; the server may be asked again in time.
  get refusal(): Refused | undefined {
    return this.#state.refusal;
  }
  // Who put me out, and why; `by` is mine when I left.
  get oustedBy(): { reason: OustReason; by: number } | undefined {
    return this.#state.oustedBy;
  }
  // How often what came did not fit what is held. Zero is what everybody should always see.
  get mismatches(): number {
    return this.#state.mismatches;
  }

  cursor(): Cursor {
    return this.#opening.cursor();
  }

  // Returns at once, at any time: it goes out when it can, in order. Refused for good: `state` of what is returned.
  send(body: Draft<Body>): Pending {
    return this.writer.send(body);
  }

  // ---- The connection comes and goes

  // `resumed`: the greeting named this group, so an Opened is on its way.
  connected(resumed: boolean): void {
    this.#opening.connected(resumed);
  }

  disconnected(): void {
    this.history.disconnected();
    this.leap.disconnected();
    this.revalidation.disconnected();
    this.entryCache.disconnected();
    this.#opening.disconnected();
  }

  open(): void {
    this.#opening.open();
  }

  afresh(): void {
    this.#opening.afresh();
  }

  mismatch(): void {
    this.#opening.mismatch();
  }

  #suspended(): void {
    this.gap.forget();
    this.outbox.closed();
  }

  // ---- What the server says

  onOpened(opened: Opened): void {
    const { entries, ...rest } = opened;
    const stays = this.#stays(opened);
    this.#opening.arrived();
    this.gap.forget();
    if (opened.epoch !== this.log.epoch) this.outbox.forked(opened.head);
    if ((opened.reset && !stays) || this.#opening.fresh) {
      const { epoch, firstSeq } = opened;
      this.log.start(epoch, firstSeq, firstSeq === 1 ? genesis(this.gid) : opened.digestBefore);
      this.marks.forget();
      this.#forgetPages();
      this.outbox.passed(firstSeq - 1);
      this.#opening.fresh = false;
      this.bottom.starts(opened.floor);
    } else {
      this.bottom.rises(opened.floor);
      this.revalidation.mark();
    }
    // A new history that has ours as its beginning: only its name is new.
    this.log.epoch = opened.epoch;
    this.#state.opened = rest;
    this.#state.online = opened.online;
    this.#state.head = opened.head;
    this.reader.opened(opened.read, opened.unread, opened.head);
    if (!stays) this.marks.page(rest, rest.firstSeq, rest.firstSeq + entries.length - 1);
    if (entries.length > 0 && !stays && !this.apply({ firstSeq: opened.firstSeq, entries, digest: opened.digest })) return;
    if (this.log.last >= opened.head && !sameBytes(this.log.digest, opened.digest)) return this.mismatch();
    this.#opening.succeeded();
    this.outbox.opened(opened.epoch);
    this.gap.close();
    this.reader.flush();
  }

  // Too much was said for one answer, and somebody reads far above it: what is held stays, and what lies between
  // is pulled as they go on.
  #stays({ reset, epoch, head, floor, firstSeq }: Opened): boolean {
    const { log } = this;
    const held = log.last >= log.first && log.last > floor && log.last < firstSeq && log.last <= head;
    return reset && held && epoch === log.epoch && !this.view.follows && !this.#opening.fresh;
  }

  onBatch(batch: EventValue<"batch">): void {
    if (!this.current(batch.epoch)) return;
    this.#headAt(batch.firstSeq + batch.entries.length - 1);
    this.apply(batch);
    this.gap.close();
  }

  // There is more; or something was missed that leaves no gap in the numbers, a change of what is held.
  onHead({ epoch, head, changesMissed }: EventValue<"head">): void {
    if (!this.current(epoch)) return;
    if (changesMissed) {
      this.revalidation.mark();
      // Until an answer reaches the head the server sends nothing but heads.
      if (head <= this.log.last) this.revalidation.shown(this.log.last, this.log.last);
    }
    this.reached({ epoch, head });
  }

  reached({ epoch, head }: { epoch: number; head: number }): void {
    if (!this.current(epoch)) return;
    this.#headAt(head);
    this.gap.close();
  }

  onOnline(count: number): void {
    this.#state.online = count;
  }

  onFork({ epoch, forkSeq }: EventValue<"fork">, openedFollows: boolean): void {
    if (epoch <= this.log.epoch) return;
    this.writer.forked(forkSeq, epoch);
    // At once: what no other member can see any more must not stand here until the new page comes.
    this.log.fork(forkSeq);
    this.reader.forked(forkSeq);
    this.#forgetPages();
    if (openedFollows) this.#opening.forked();
    else this.afresh();
  }

  onRefused(refusal: Refused): void {
    this.#opening.refused(refusal);
  }

  onOusted(reason: OustReason, by: number): void {
    this.#state.state = "ousted";
    this.#state.oustedBy = { reason, by };
    this.outbox.closed();
  }

  #headAt(seq: number): void {
    this.#state.head = Math.max(this.#state.head, seq);
  }

  #forgetPages(): void {
    this.history.forget();
    this.revalidation.forget();
    this.entryCache.forget();
  }

  // ---- What the parts ask of it

  current(epoch: number): boolean {
    if (this.state !== "open") return false;
    if (epoch !== this.log.epoch) this.open();
    return this.state === "open";
  }

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
}
