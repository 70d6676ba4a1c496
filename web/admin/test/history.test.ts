import { expect, test } from "vitest";
import { HOUR_MS, roundedUp, Series } from "../src/history";

const AT = 1_700_000_000_000;

test("values of five seconds are one point, the highest of them", () => {
  const series = new Series();
  for (const [after, value] of [[0, 3], [1_000, 7], [4_000, 1], [5_000, 2]] as const) series.add(AT + after, value);
  expect(series.since(AT)).toEqual([{ atMs: AT, value: 7 }, { atMs: AT + 5_000, value: 2 }]);
  expect(series.since(AT + 1)).toHaveLength(1);
});

test("an hour is kept, and not more", () => {
  const series = new Series();
  for (let after = 0; after <= 2 * HOUR_MS; after += 5_000) series.add(AT + after, after);
  expect(series.since(0)[0]?.atMs).toBe(AT + HOUR_MS);
  expect(series.since(0)).toHaveLength(HOUR_MS / 5_000 + 1);
});

test("a page that was away has a gap", () => {
  expect(Series.gap({ atMs: AT, value: 1 }, { atMs: AT + 5_000, value: 1 })).toBe(false);
  expect(Series.gap({ atMs: AT, value: 1 }, { atMs: AT + 60_000, value: 1 })).toBe(true);
});

test.each([[0, 1], [1, 1], [3, 5], [7, 10], [99, 100], [120, 200], [0.03, 0.05]])("the axis for values up to %s ends at %s", (most, top) => {
  expect(roundedUp(most)).toBeCloseTo(top);
});

test("bytes end at whole units", () => {
  expect(roundedUp(1_500_000, 1024)).toBe(2 * 1024 * 1024);
  expect(roundedUp(700, 1024)).toBe(1_000);
  expect(roundedUp(1_020, 1024)).toBe(2_000);
});
