import { expect, test } from "vitest";
import { reportAfterMs } from "../src/reader";

test("readers of a small group report within seconds", () => {
  expect(reportAfterMs(1, 0.5)).toBe(3_000);
  expect(reportAfterMs(10, 0.5)).toBe(6_000);
  expect(reportAfterMs(0, 0.5)).toBe(3_000);
});

test.each([100_000, 1_000_000, 10_000_000])("however many read, here %i, all together report at most 2,000 times a second", (members) => {
  // All of them got the same entry at once: their reports spread evenly over this time.
  const spreadS = (reportAfterMs(members, 1) - reportAfterMs(members, 0)) / 1_000;
  expect(members / spreadS).toBeLessThanOrEqual(2_000.001);
});
