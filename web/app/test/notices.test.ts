// What is told of a hidden page, and by which message.

import { EntryKind, type Client, type Entry } from "@stentor/sdk";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeBody } from "../../sdk/src/codec";
import type { Calls } from "../src/calls";
import type { Level, Levels } from "../src/levels";
import type { Notices as NoticesType } from "../src/notices";

vi.stubGlobal("navigator", { languages: ["en"] });
const { Notices } = await import("../src/notices");

const ME = 1;
const BOB = 2;
const GID = 7;

const entry = (seq: number, text: string, sender = BOB): Entry => ({
  seq, sender, recalled: false, kind: EntryKind.POST, revision: 0, timeMs: 0, origin: 0, ordinal: seq, changedBy: 0, changedMs: 0,
  cmid: new Uint8Array(), bodyHash: new Uint8Array(), body: encodeBody({ text }),
});

let log: Entry[];
let called: number[];
let level: Level;
let read: number;
let told: string[];
let notices: NoticesType;
let make: () => NoticesType;

beforeEach(() => {
  vi.useFakeTimers();
  [log, called, level, read, told] = [[entry(1, "before")], [], "calls", 0, []];
  vi.stubGlobal("Notification", class extends EventTarget {
    constructor(_title: string, { body }: { body: string }) {
      super();
      told.push(body);
    }
    close() {}
  });
  const group = { gid: GID, name: "Club", muted: true, members: 3, get last() { return log.at(-1); } };
  const client = {
    uid: ME, users: { name: () => "Bob" }, connection: { serverNow: () => 0 }, directory: { groups: [group], find: () => group },
    watched: () => ({ log: { at: (seq: number) => log.find((one) => one.seq === seq) } }),
  } as unknown as Client;
  make = () => new Notices(client, { of: () => called } as unknown as Calls, { of: () => level } as unknown as Levels, { read: () => read, open: () => {} });
  notices = make();
  notices.look(false);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function hiddenFor(ms: number): Promise<string[]> {
  notices.look(true);
  await vi.advanceTimersByTimeAsync(ms);
  return told;
}

test("a call is told though more was said before the page was drawn", async () => {
  log.push(entry(2, "@me wake up"), entry(3, "not you"));
  called = [2];
  expect(await hiddenFor(5_000)).toEqual(["Bob: @me wake up"]);
});

test("an answer that is known to be one a moment later is told", async () => {
  log.push(entry(2, "an answer"));
  notices.look(true);
  called = [2];
  expect(await hiddenFor(5_000)).toEqual(["Bob: an answer"]);
});

test("what calls nobody is not, nor a call that was there before the page was hidden, nor one twice", async () => {
  log.push(entry(2, "@me"));
  called = [2];
  notices.look(false);
  log.push(entry(3, "not you"));
  expect(await hiddenFor(5_000)).toEqual([]);
  log.push(entry(4, "@me again"));
  called = [2, 4];
  expect(await hiddenFor(5_000)).toEqual(["Bob: @me again"]);
  log.push(entry(5, "not you either"));
  expect(await hiddenFor(5_000)).toEqual(["Bob: @me again"]);
});

test("what is set to nothing is never told, what is set to all is, but for my own words", async () => {
  level = "none";
  log.push(entry(2, "@me"));
  called = [2];
  expect(await hiddenFor(5_000)).toEqual([]);
  level = "all";
  log.push(entry(3, "mine", ME));
  expect(await hiddenFor(5_000)).toEqual([]);
  log.push(entry(4, "news"));
  expect(await hiddenFor(5_000)).toEqual(["Bob: news"]);
});

test("the first message ever of a group is told", async () => {
  level = "all";
  log = [];
  notices = make();
  notices.look(false);
  log = [entry(1, "hello")];
  expect(await hiddenFor(5_000)).toEqual(["Bob: hello"]);
});
