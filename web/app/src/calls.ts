// Who is called, and has not seen it yet: a message that mentions them, or that answers one of theirs. Of groups that
// are watched each message is looked at once; of the others the newest, where the server tells it with the badge.

import { decodeBody, EntryKind, type Client, type Entry, type Group, type GroupSummary } from "@stentor/sdk";
import { isMentioned } from "./mentions";

// More are told as so many.
export const CALLS_MAX = 99;
const ANSWERS_ASKED_MAX = 20;

interface Called {
  epoch: number;
  // Looked at up to here.
  seen: number;
  seqs: number[];
  // Answers to messages that are not held: whose these are is asked.
  answers: { seq: number; to: number }[];
}

export class Calls {
  readonly #groups = new Map<number, Called>();

  constructor(private readonly client: Client) {}

  // With each drawing.
  look(): void {
    for (const summary of this.client.directory.groups) {
      const group = this.client.watched(summary.gid);
      if (group?.state === "open") this.#watched(group);
      else if (!group) this.#listed(summary);
    }
  }

  // Those not seen yet, oldest first.
  of(gid: number): readonly number[] {
    return this.#groups.get(gid)?.seqs ?? [];
  }

  get count(): number {
    let count = 0;
    for (const { seqs } of this.#groups.values()) count += seqs.length;
    return Math.min(count, CALLS_MAX);
  }

  #watched({ gid, log, reader, entryCache, floor }: Group): void {
    const called = this.#called(gid, log.epoch);
    const { uid } = this.client;
    const read = Math.max(reader.shown, floor);
    for (let seq = Math.max(called.seen + 1, read + 1, log.first); seq <= log.last; ++seq) {
      const entry = log.at(seq);
      if (!entry || !mayCall(entry, uid)) continue;
      const body = decodeBody(entry.body);
      if (isMentioned(body, uid)) called.seqs.push(seq);
      else if (body && body.replyTo > 0) called.answers.push({ seq, to: body.replyTo });
    }
    called.seen = Math.max(called.seen, log.last);
    called.answers = called.answers.slice(-ANSWERS_ASKED_MAX).filter(({ seq, to }) => {
      const answered = seq > read && to > floor ? entryCache.entry(to) : undefined;
      if (answered?.sender === uid) called.seqs.push(seq);
      return seq > read && to > floor && !answered;
    });
    this.#drop(called, read, (seq) => log.at(seq)?.recalled === true);
  }

  #listed({ gid, epoch, last, read }: GroupSummary): void {
    const called = this.#called(gid, epoch);
    if (last && last.seq > Math.max(read, called.seen) && mayCall(last, this.client.uid)) {
      if (isMentioned(decodeBody(last.body), this.client.uid)) called.seqs.push(last.seq);
      called.seen = last.seq;
    }
    this.#drop(called, read, (seq) => seq === last?.seq && last.recalled);
  }

  #called(gid: number, epoch: number): Called {
    const known = this.#groups.get(gid);
    if (known?.epoch === epoch) return known;
    const called = { epoch, seen: 0, seqs: [], answers: [] };
    this.#groups.set(gid, called);
    return called;
  }

  #drop(called: Called, read: number, recalled: (seq: number) => boolean): void {
    if (called.seqs.length === 0) return;
    called.seqs = [...new Set(called.seqs)].filter((seq) => seq > read && !recalled(seq)).toSorted((a, b) => a - b).slice(-CALLS_MAX);
  }
}

function mayCall({ kind, sender, recalled }: Entry, uid: number): boolean {
  return kind === EntryKind.POST && sender !== uid && !recalled;
}
