import { EntryKind, type Client, type Entry } from "@stentor/sdk";
import { beforeEach, expect, test } from "vitest";
import { encodeBody } from "../../sdk/src/codec";
import { Calls } from "../src/calls";

const ME = 1;
const BOB = 2;
const GID = 7;

interface Said {
  sender?: number;
  mentions?: number;
  all?: boolean;
  replyTo?: number;
  recalled?: boolean;
}

const entry = (seq: number, { sender = BOB, mentions = 0, all = false, replyTo = 0, recalled = false }: Said): Entry => ({
  seq, sender, recalled, kind: EntryKind.POST, revision: 0, timeMs: 0, origin: 0, ordinal: seq, changedBy: 0, changedMs: 0,
  cmid: new Uint8Array(), bodyHash: new Uint8Array(),
  body: encodeBody({ text: "@me", replyTo, mentionAll: all, mentions: mentions ? [{ uid: mentions, offset: 0, length: 3 }] : [] }),
});

let entries: Entry[];
let elsewhere: Map<number, Entry>;
let shown: number;
let summary: { gid: number; epoch: number; read: number; last: Entry | undefined };
let watched: boolean;
let calls: Calls;

beforeEach(() => {
  entries = [];
  elsewhere = new Map();
  shown = 0;
  watched = true;
  summary = { gid: GID, epoch: 1, read: 0, last: undefined };
  const group = {
    gid: GID,
    state: "open",
    floor: 0,
    log: {
      epoch: 1,
      get first() {
        return entries[0]?.seq ?? 1;
      },
      get last() {
        return entries.at(-1)?.seq ?? 0;
      },
      at: (seq: number) => entries.find((one) => one.seq === seq),
    },
    reader: {
      get shown() {
        return shown;
      },
    },
    entryCache: { entry: (seq: number) => entries.find((one) => one.seq === seq) ?? elsewhere.get(seq) },
  };
  calls = new Calls({
    uid: ME,
    directory: {
      get groups() {
        return [summary];
      },
    },
    watched: () => (watched ? group : undefined),
  } as unknown as Client);
});

const say = (...said: Said[]) => {
  for (const one of said) entries.push(entry((entries.at(-1)?.seq ?? 0) + 1, one));
};
const seqs = () => {
  calls.look();
  return [...calls.of(GID)];
};

test("a mention, one of all, and an answer to one's own call; one's own words and other people's affairs do not", () => {
  say({ sender: ME }, {}, { mentions: ME }, { mentions: BOB }, { all: true }, { replyTo: 1 }, { replyTo: 2 }, { sender: ME, mentions: ME });
  expect(seqs()).toEqual([3, 5, 6]);
  expect(calls.count).toBe(3);
});

test("what is seen calls no more, nor what was recalled, and each counts once however often one looks", () => {
  say({ mentions: ME }, { mentions: ME }, { mentions: ME });
  expect([seqs(), seqs()]).toEqual([[1, 2, 3], [1, 2, 3]]);
  shown = 1;
  entries[1] = entry(2, { mentions: ME, recalled: true });
  expect(seqs()).toEqual([3]);
  say({ mentions: ME });
  expect(seqs()).toEqual([3, 4]);
  shown = 4;
  expect(seqs()).toEqual([]);
});

test("an answer to what is not held calls once it is known whose it answers", () => {
  entries.push(entry(100, { replyTo: 10 }), entry(101, { replyTo: 11 }));
  expect(seqs()).toEqual([]);
  elsewhere.set(10, entry(10, { sender: ME }));
  elsewhere.set(11, entry(11, { sender: BOB }));
  expect(seqs()).toEqual([100]);
  expect(seqs()).toEqual([100]);
});

test("of a group that is not watched the newest message counts, until it is read on any device", () => {
  watched = false;
  summary.last = entry(5, { mentions: ME });
  expect(seqs()).toEqual([5]);
  summary.last = entry(6, {});
  expect(seqs()).toEqual([5]);
  summary.read = 6;
  expect(seqs()).toEqual([]);
});

test("another history of the group begins with nothing", () => {
  watched = false;
  summary.last = entry(5, { mentions: ME });
  expect(seqs()).toEqual([5]);
  summary.epoch = 2;
  summary.last = entry(3, {});
  expect(seqs()).toEqual([]);
});
