// What a member writes into a group: from the composer into the outbox, from there to the server.

import { decodeBody, encodeBody, type Body, type Entry } from "./codec";
import { makeCmid } from "./cmid";
import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import { Outbox, type Pending } from "./outbox";
import type { Draft } from "./plain";
import type { Reader } from "./reader";
import type { Typing } from "./typing";
import type { Unsent } from "./unsent";

// A push is on its way when an answer names its entry; only if it does not come, ask.
const PUSH_WITHIN_MS = 1_500;
const REOFFER_WITHIN_MS = 7 * 24 * 3_600_000;

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
      safe: !this.port.save,
      seq: 0,
      digest: new Uint8Array(),
    };
    const { cmid, body: bytes, writtenMs } = item;
    this.outbox.add(item);
    this.port.save?.({ gid: this.group.gid, cmid, body: bytes, writtenMs }, () => this.outbox.saved(item));
    this.typing.sent();
    this.port.changed();
    return item;
  }

  get unsent(): Unsent[] {
    return this.outbox.items.filter(({ state }) => state !== "kept").map((item) => this.#unsentOf(item));
  }

  restore({ cmid, body, writtenMs, refusal }: Unsent): void {
    const state = refusal ? "refused" : "unknown";
    this.outbox.add({ cmid, body, writtenMs, seen: 0, epoch: 0, state, safe: true, seq: 0, digest: new Uint8Array(), ...(refusal && { refusal }) });
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

  #unsentOf({ cmid, body, writtenMs, state, refusal }: Pending): Unsent {
    return { gid: this.group.gid, cmid, body, writtenMs, ...(state === "refused" && refusal && { refusal }) };
  }

  #kept({ seq, epoch }: Pending): void {
    const { log } = this.group;
    if (epoch === log.epoch && seq <= log.last) return this.outbox.passed(log.last);
    this.port.env.after(PUSH_WITHIN_MS, () => this.resync.reached({ epoch, head: seq }));
  }
}

function pendingOf(entry: Entry, epoch: number): Pending {
  const { cmid, body, timeMs } = entry;
  return { cmid, body, writtenMs: timeMs, seen: 0, epoch, state: "unknown", safe: true, seq: 0, digest: new Uint8Array() };
}
