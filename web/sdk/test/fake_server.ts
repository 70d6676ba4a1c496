// The server as docs/protocol.md has it, small enough to be seen to be right: one log per group, kept
// in memory, and connections that are late, cut, or miss pushes. The token of user N is "N".

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ClientFrameSchema, ServerFrameSchema } from "../gen/stentor/v1/wire_pb";
import { Code, EntryKind, type Command, type Entry, type ServerEvent } from "../src/codec";
import { hexOf } from "../src/cmid";
import { chained, genesis, hashOf } from "../src/digest";
import type { OpenSocket, SocketEvents } from "../src/env";
import { messageOf, plainOf, type Draft } from "../src/plain";
import type { World } from "./world";

type Value<Case extends Command["case"]> = Extract<Command, { case: Case }>["value"];

export class FakeGroup {
  epoch = 1;
  entries: Entry[] = [];
  digests: Uint8Array[];
  forkSeq = 0;
  // Everybody's here.
  floor = 0;
  // These cannot be read, nor what is asked for with them.
  readonly damaged = new Set<number>();

  constructor(readonly gid: number) {
    this.digests = [genesis(gid)];
  }
  get head(): number {
    return this.entries.length;
  }
  damage(entries: readonly Entry[]): Draft<ServerEvent> | undefined {
    if (!entries.some(({ seq }) => this.damaged.has(seq))) return undefined;
    return { case: "refused", value: { code: Code.STORE_UNAVAILABLE, field: "damaged", retryAfterMs: 300_000 } };
  }
  digestAt(seq: number): Uint8Array {
    return this.digests[seq] ?? new Uint8Array();
  }

  append(sender: number, cmid: Uint8Array, body: Uint8Array, timeMs: number): Entry {
    const entry: Entry = {
      seq: this.head + 1, sender, cmid, kind: EntryKind.POST, timeMs, revision: 0, origin: 0,
      ordinal: this.head + 1, body, bodyHash: new Uint8Array(), recalled: false, changedBy: 0, changedMs: 0,
    };
    this.digests.push(chained(this.digestAt(this.head), entry));
    this.entries.push(entry);
    return entry;
  }

  // The newest entries are lost, as after a restore from a backup.
  lose(count: number): void {
    this.epoch += 1;
    this.entries = this.entries.slice(0, Math.max(0, this.head - count));
    this.digests = this.digests.slice(0, this.head + 1);
    this.forkSeq = this.head;
  }
}

export class Peer {
  uid = 0;
  alive = true;
  readonly watched = new Set<number>();
  #upMs = 0;
  #downMs = 0;

  constructor(
    readonly server: FakeServer,
    readonly user: number,
    readonly events: SocketEvents,
  ) {}

  // In order, each after a delay of its own.
  up(bytes: Uint8Array): void {
    this.#upMs = this.server.arrival(this.#upMs);
    this.server.world.after(this.#upMs - this.server.world.now(), () => {
      if (this.alive) this.server.received(this, bytes);
    });
  }
  say(requestId: number, event: Draft<ServerEvent>): void {
    const bytes = toBinary(ServerFrameSchema, messageOf(ServerFrameSchema, { requestId, event }));
    this.#downMs = this.server.arrival(this.#downMs);
    this.server.world.after(this.#downMs - this.server.world.now(), () => {
      if (this.alive) this.events.received(bytes);
    });
  }
  cut(tell = true, code = 1006): void {
    if (!this.alive) return;
    this.alive = false;
    this.server.peers.delete(this);
    if (tell) this.events.closed(code);
  }
}

export class FakeServer {
  readonly groups = new Map<number, FakeGroup>();
  readonly peers = new Set<Peer>();
  readonly asked: { user: number; command: Command }[] = [];
  down = false;
  // Chances of faults, 0 to 1.
  lostPushes = 0;
  doubledPushes = 0;
  refusals = 0;
  pulseS = 10;
  hereS = 0;
  level = 0;
  page = 50;
  // Commands that came under the number 0, which are answered by nothing.
  readonly unnumbered: Command["case"][] = [];
  // Commands that it never answers.
  readonly silent = new Set<Command["case"]>();
  readonly refuseNext: { code: Code; retryAfterMs?: number }[] = [];
  // What a test says for commands that this server knows nothing of.
  readonly answers = new Map<Command["case"], (command: Command) => Draft<ServerEvent>>();

  constructor(readonly world: World) {
    const pulse = () => {
      this.#pulse();
      world.after(this.pulseS * 1000, pulse);
    };
    world.after(this.pulseS * 1000, pulse);
  }

  group(gid: number): FakeGroup {
    let group = this.groups.get(gid);
    if (!group) this.groups.set(gid, (group = new FakeGroup(gid)));
    return group;
  }

  opener(user: number): OpenSocket {
    return (events) => {
      const peer = new Peer(this, user, events);
      const refused = this.down;
      if (!refused) this.peers.add(peer);
      this.world.after(5, () => {
        if (!peer.alive) return;
        if (refused) peer.cut();
        else events.opened();
      });
      return {
        send: (bytes) => peer.up(bytes),
        drop: () => peer.cut(false),
      };
    };
  }

  cut(user: number, code?: number): void {
    for (const peer of this.peers) if (peer.user === user) peer.cut(true, code);
  }

  // To all devices of somebody.
  tell(user: number, event: Draft<ServerEvent>): void {
    for (const peer of this.peers) if (peer.user === user) peer.say(0, event);
  }

  arrival(notBeforeMs: number): number {
    return Math.max(notBeforeMs, this.world.now() + 1 + Math.floor(this.world.chance() * 40));
  }

  // Somebody whom no client here is.
  post(gid: number, text: string, sender = 99): Entry {
    const group = this.group(gid);
    const body = new TextEncoder().encode(`\n${String.fromCharCode(text.length)}${text}`);
    const entry = group.append(sender, this.world.random(16), body, this.world.now());
    this.#push(group, [entry]);
    return entry;
  }

  edit(gid: number, seq: number): void {
    const group = this.group(gid);
    const entry = group.entries[seq - 1];
    if (!entry) return;
    const bodyHash = entry.revision === 0 ? hashOf(entry.body) : entry.bodyHash;
    const edited: Entry = { ...entry, revision: entry.revision + 1, body: new Uint8Array(), bodyHash, recalled: true };
    group.entries[seq - 1] = edited;
    for (const peer of this.#watchers(gid)) {
      peer.say(0, { case: "changed", value: { gid, epoch: group.epoch, entry: edited } });
    }
  }

  #watchers(gid: number): Peer[] {
    return [...this.peers].filter((peer) => peer.watched.has(gid));
  }

  #push(group: FakeGroup, entries: Entry[]): void {
    const { gid, epoch } = group;
    const firstSeq = entries[0]?.seq ?? 0;
    for (const peer of this.#watchers(gid)) {
      if (this.world.chance() < this.lostPushes) continue;
      const times = this.world.chance() < this.doubledPushes ? 2 : 1;
      for (let i = 0; i < times; ++i) {
        const digest = group.digestAt(firstSeq + entries.length - 1);
        peer.say(0, { case: "batch", value: { gid, epoch, firstSeq, entries, digest } });
      }
    }
  }

  #pulse(): void {
    for (const peer of this.peers) {
      if (peer.uid === 0) continue;
      const heads = [...peer.watched].map((gid) => ({ gid, epoch: this.group(gid).epoch, head: this.group(gid).head }));
      peer.say(0, { case: "pulse", value: { timeMs: this.world.now(), heads, level: this.level } });
    }
  }

  received(peer: Peer, bytes: Uint8Array): void {
    const frame = plainOf(fromBinary(ClientFrameSchema, bytes)) as { requestId: number; command: Command };
    const { requestId: id, command } = frame;
    this.asked.push({ user: peer.user, command });
    if (id === 0) return void this.unnumbered.push(command.case);
    if (this.silent.has(command.case)) return;
    const answer = this.answers.get(command.case);
    if (answer) return peer.say(id, answer(command));
    switch (command.case) {
      case "hello":
        return this.#hello(peer, id, command.value);
      case "open":
        return this.#open(peer, id, command.value as { gid: number; epoch: number; seq: number });
      case "send":
        return this.#send(peer, id, command.value);
      case "pull":
        return this.#pull(peer, id, command.value as { gid: number; epoch: number; from: number; to: number });
      case "close":
        peer.watched.delete(command.value.gid ?? 0);
        return peer.say(id, { case: "done", value: {} });
      case "read":
        return peer.say(id, { case: "done", value: {} });
      default:
        return peer.say(id, { case: "refused", value: { code: Code.UNSUPPORTED } });
    }
  }

  #hello(peer: Peer, id: number, hello: Value<"hello">): void {
    if (hello.token !== String(peer.user)) return peer.say(id, { case: "refused", value: { code: Code.TOKEN_INVALID } });
    peer.uid = peer.user;
    peer.say(id, { case: "welcome", value: { uid: peer.uid, timeMs: this.world.now(), pulseS: this.pulseS, hereS: this.hereS } });
    peer.say(0, { case: "userLog", value: { head: hello.userLogSeq } });
    for (const { gid, epoch, seq } of hello.resume ?? []) this.#open(peer, 0, { gid: gid ?? 0, epoch: epoch ?? 0, seq: seq ?? 0 });
  }

  #open(peer: Peer, id: number, { gid, epoch, seq }: { gid: number; epoch: number; seq: number }): void {
    const group = this.group(gid);
    const forked = epoch !== 0 && epoch < group.epoch && seq > group.forkSeq;
    if (forked) peer.say(0, { case: "fork", value: { gid, epoch: group.epoch, forkSeq: group.forkSeq } });
    const reset = epoch === 0 || forked || seq > group.head || seq < group.floor || group.head - seq > this.page;
    const firstSeq = reset ? Math.max(1, group.floor + 1, group.head - this.page + 1) : seq + 1;
    const damage = group.damage(group.entries.slice(firstSeq - 1));
    if (damage) return peer.say(id, damage);
    peer.watched.add(gid);
    peer.say(id, {
      case: "opened",
      value: {
        gid, epoch: group.epoch, head: group.head, digest: group.digestAt(group.head), members: 3, reset, firstSeq,
        floor: group.floor,
        digestBefore: group.digestAt(firstSeq - 1), entries: group.entries.slice(firstSeq - 1),
      },
    });
  }

  #send(peer: Peer, id: number, send: Value<"send">): void {
    const { gid = 0, cmid = new Uint8Array(), after = new Uint8Array(), body = new Uint8Array(), epoch = 0 } = send;
    const group = this.group(gid);
    const find = (key: Uint8Array) =>
      group.entries.find((entry) => entry.sender === peer.uid && hexOf(entry.cmid) === hexOf(key));
    const refuse = (code: Code, retryAfterMs = 0) => peer.say(id, { case: "refused", value: { code, retryAfterMs } });
    const planned = this.refuseNext.shift();
    if (planned) return refuse(planned.code, planned.retryAfterMs);
    if (this.world.chance() < this.refusals) return refuse(Code.RATE_LIMITED, 200);
    if (epoch !== 0 && epoch !== group.epoch) return refuse(Code.EPOCH_CHANGED);
    const known = find(cmid);
    if (!known && after.length > 0 && !find(after)) return refuse(Code.PREDECESSOR_MISSING);
    const entry = known ?? group.append(peer.uid, cmid, body, this.world.now());
    const sent = { gid, cmid, seq: entry.seq, timeMs: entry.timeMs, epoch: group.epoch, digest: group.digestAt(entry.seq) };
    peer.say(id, { case: "sent", value: sent });
    if (!known) this.#push(group, [entry]);
  }

  #pull(peer: Peer, id: number, { gid, epoch, from, to }: { gid: number; epoch: number; from: number; to: number }): void {
    const group = this.group(gid);
    if (epoch !== group.epoch) return peer.say(id, { case: "refused", value: { code: Code.EPOCH_CHANGED } });
    const { floor } = group;
    if (from <= floor) {
      return peer.say(id, { case: "reset", value: { gid, epoch, floor, digest: group.digestAt(floor), head: group.head } });
    }
    const entries = group.entries.slice(from - 1, Math.min(to, from - 1 + this.page));
    const damage = group.damage(entries);
    if (damage) return peer.say(id, damage);
    const end = from + entries.length - 1;
    peer.say(id, {
      case: "range",
      value: {
        gid, epoch: group.epoch, firstSeq: from, digestBefore: group.digestAt(from - 1), entries,
        digest: group.digestAt(end), head: group.head, floor,
      },
    });
  }
}
