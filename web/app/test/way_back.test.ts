import { beforeEach, expect, test } from "vitest";
import type { Group } from "@stentor/sdk";
import { WayBack } from "../src/way_back";

// A group that holds some of its log.
const held = { first: 1, last: 1_000 };
const group = { head: 1_000, floor: 0, state: "open", loading: false, asked: 0 };
const leaps: number[] = [];
let way: WayBack;

const like = {
  get head() { return group.head; },
  get floor() { return group.floor; },
  get state() { return group.state; },
  log: { get first() { return held.first; }, at: (seq: number) => (seq >= held.first && seq <= held.last ? {} : undefined) },
  history: {
    get complete() { return held.first === 1; },
    get loading() { return group.loading; },
    older: () => ((group.asked += 1), true),
  },
} as unknown as Group;

beforeEach(() => {
  Object.assign(held, { first: 1, last: 1_000 });
  Object.assign(group, { head: 1_000, floor: 0, state: "open", loading: false, asked: 0 });
  leaps.length = 0;
  way = new WayBack(like, (seq) => leaps.push(seq) > 0);
});

test("nothing is done for what is held, nor for who follows the newest", () => {
  expect([way.before({ seq: 500, top: 30 }), way.before(undefined)]).toEqual([undefined, undefined]);
  expect(leaps).toEqual([]);
});

test("what is not held any more is fetched, with what stands above it, and until then nothing is drawn", () => {
  const at = { seq: 500, top: 300 };
  held.first = 951;
  expect(way.before(at)).toBe("wait");
  expect(leaps).toEqual([500]);
  Object.assign(held, { first: 500, last: 600 });
  expect([way.before(at), group.asked]).toEqual(["wait", 1]);
  held.first = 400;
  expect(way.before(at)).toBe(undefined);
  expect(group.asked).toBe(1);
});

test("what the server lost goes at once; the place is found when the rest is there again", () => {
  group.state = "opening";
  held.last = 400;
  expect(way.before({ seq: 500, top: 300 })).toBe(undefined);
  expect(leaps).toEqual([]);
  Object.assign(held, { first: 300, last: 990 });
  Object.assign(group, { state: "open", head: 990 });
  expect(way.before({ seq: 395, top: 12 })).toEqual({ seq: 500, top: 300 });
  expect(way.before({ seq: 500, top: 300 })).toBe(undefined);
});

test("where the place itself was lost it is the newest entry that is left; and whoever goes elsewhere is left alone", () => {
  group.state = "opening";
  held.last = 400;
  way.before({ seq: 995, top: 300 });
  Object.assign(group, { state: "open", head: 990 });
  Object.assign(held, { first: 900, last: 990 });
  expect(way.before(undefined)).toEqual({ seq: 990, top: 300 });
  group.state = "opening";
  held.last = 899;
  way.before({ seq: 950, top: 1 });
  way.forget();
  Object.assign(held, { last: 990 });
  expect(way.before(undefined)).toBe(undefined);
});
