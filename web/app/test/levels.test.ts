import { expect, test } from "vitest";
import { Levels } from "../src/levels";

const storage = () => {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
};
const SMALL = { muted: false, members: 3 };
const MUTED = { muted: true, members: 3 };

test("nothing said: all of a small group, what is meant for one of a large one and of a muted one", () => {
  const levels = new Levels(1, storage());
  expect(levels.of(7, SMALL, 0)).toBe("all");
  expect(levels.of(7, { muted: false, members: 1_000_000 }, 0)).toBe("calls");
  expect(levels.of(7, MUTED, 0)).toBe("calls");
});

test("what was said holds, also on the next page, as long as no other device has said otherwise since", () => {
  const there = storage();
  new Levels(1, there).keep(7, { level: "none", untilMs: 0 });
  const levels = new Levels(1, there);
  expect(levels.of(7, MUTED, 0)).toBe("none");
  expect(levels.of(7, SMALL, 0)).toBe("all");
  expect(new Levels(2, there).of(7, MUTED, 0)).toBe("calls");
  levels.keep(8, { level: "all", untilMs: 0 });
  expect(levels.of(8, { muted: false, members: 1_000_000 }, 0)).toBe("all");
});

test("what was said for a time is over then, and told so once", () => {
  const levels = new Levels(1, storage());
  levels.keep(7, { level: "none", untilMs: 1_000 });
  levels.keep(8, { level: "calls", untilMs: 0 });
  expect(levels.of(7, MUTED, 999)).toBe("none");
  expect(levels.over(999)).toEqual([]);
  expect(levels.of(7, MUTED, 1_000)).toBe("calls");
  expect(levels.over(1_000)).toEqual([7]);
  expect(levels.over(2_000)).toEqual([]);
});

test.each(["", "{", "[]", '{"7":{"level":"loud","untilMs":0},"8":{"level":"none"}}', "null"])("%j in the storage is nothing", (text) => {
  expect(new Levels(1, { getItem: () => text, setItem: () => {} }).of(7, MUTED, 0)).toBe("calls");
});
