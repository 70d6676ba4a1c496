// What a member writes into a group: from the composer into the outbox, from there to the server.

import { decodeBody, encodeBody, type Body, type Entry } from "./codec";
import { makeCmid } from "./cmid";
import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import { Outbox, type Pending } from "./outbox";
import type { Draft } from "./plain";
import type { Reader } from "./reader";
import type { Typing } from "./typing";

// A push is on its way when an answer names its entry; only if it does not come, ask.
const PUSH_WITHIN_MS = 1_500;
const REOFFER_WITHIN_MS = 7 * 24 * 3_600_000;

// What was written and is not known to be stored, as a page keeps it for the next one.
export interface Unsent {
  // Its group.
  gid: number;
  cmid: Uint8Array;
  body: Uint8Array;
  writtenMs: number;
}

export class Writer {
  readonly outbox: Outbox;

  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly port: GroupPort,
    private readonly reader: Reader,
    private readonly typing: Typing,
  ) {
    this.outbox = new Outbox(port.env, {
      send: ({ cmid, seen, body, epoch }, after, answered) =>
        port.request({ case: "send", value: { gid: group.gid, cmid, after, seen, body, epoch } }, answered),
      kept: (item) => this.#kept(item),
      reopen: () => resync.open(),
      changed: () => port.changed(),
    });
  }

  send(body: Draft<Body>): Pending {
    const item: Pending = {
      cmid: makeCmid(this.port.serverNow(), this.port.env),
      body: encodeBody(body),
      writtenMs: this.port.serverNow(),
      seen: this.reader.shown,
      epoch: this.group.log.epoch,
      state: "waiting",
      seq: 0,
      digest: new Uint8Array(),
    };
    this.outbox.add(item);
    this.typing.sent();
    this.port.changed();
    return item;
  }

  get unsent(): Unsent[] {
    return this.outbox.items
      .filter(({ state }) => state !== "kept")
      .map(({ cmid, body, writtenMs }) => ({ gid: this.group.gid, cmid, body, writtenMs }));
  }

  restore({ cmid, body, writtenMs }: Unsent): void {
    this.outbox.add({ cmid, body, writtenMs, seen: 0, epoch: 0, state: "unknown", seq: 0, digest: new Uint8Array() });
  }

  // As a new send: the old id is spent.
  sendAgain(cmid: Uint8Array): void {
    const item = this.outbox.discard(cmid);
    const body = item && decodeBody(item.body);
    if (body) this.send(body);
  }

  // Above the fork everything is gone for everybody. What I had written there is offered again.
  forked(forkSeq: number, epoch: number): void {
    const since = this.port.serverNow() - REOFFER_WITHIN_MS;
    const mine = this.group.log.entries.filter(
      ({ seq, sender, recalled, timeMs }) => seq > forkSeq && sender === this.port.uid() && !recalled && timeMs > since,
    );
    this.outbox.forked(forkSeq);
    this.outbox.closed();
    this.outbox.offerAgain(mine.map((entry) => pendingOf(entry, epoch)));
  }

  #kept({ seq, epoch }: Pending): void {
    const { log } = this.group;
    if (epoch === log.epoch && seq <= log.last) return this.outbox.passed(log.last);
    this.port.env.after(PUSH_WITHIN_MS, () => this.resync.reached({ epoch, head: seq }));
  }
}

function pendingOf(entry: Entry, epoch: number): Pending {
  const { cmid, body, timeMs } = entry;
  return { cmid, body, writtenMs: timeMs, seen: 0, epoch, state: "unknown", seq: 0, digest: new Uint8Array() };
}
