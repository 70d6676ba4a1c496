import { expect, test } from "vitest";
import { Pace } from "../src/pace";

// How often something is drawn that is asked for every millisecond, and costs so many.
function drawn(withinMs: number, costMs: number, inputWaits = false): number {
  let nowMs = 0;
  let count = 0;
  let due: { atMs: number; run: () => void } | undefined;
  const draw = () => {
    count += 1;
    nowMs += costMs;
  };
  const pace = new Pace(draw, {
    now: () => nowMs,
    after: (delayMs, run) => (due = { atMs: nowMs + delayMs, run }),
    inputWaits: () => inputWaits,
  });
  for (; nowMs < withinMs; nowMs += 1) {
    pace.ask();
    if (!due || due.atMs > nowMs) continue;
    const { run } = due;
    due = undefined;
    run();
  }
  return count;
}

test("many events are one drawing, sixty times a second", () => {
  expect(drawn(1_000, 0)).toBeGreaterThan(50);
  expect(drawn(1_000, 0)).toBeLessThan(63);
});

test("what costs much is drawn for no more than a third of the time, and some times a second all the same", () => {
  for (const costMs of [20, 60, 90]) expect(drawn(6_000, costMs) * costMs).toBeLessThan(2_100);
  expect(drawn(6_000, 400)).toBeGreaterThanOrEqual(9);
});

test("a key that waits goes first, but not for ever", () => {
  expect(drawn(1_000, 0, true)).toBe(4);
});
