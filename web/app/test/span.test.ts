import fc from "fast-check";
import { expect, test } from "vitest";
import { Span, SPAN_MAX } from "../src/span";

const moves = fc.array(fc.oneof(
  fc.record({ grow: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ older: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ trim: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ shift: fc.constantFrom(-60, 60) }),
  fc.record({ around: fc.integer({ min: 0, max: 400 }) }),
), { maxLength: 40 });

test("a span lies within what is held, is bounded, and ends at the newest for who follows", () => {
  fc.assert(fc.property(moves, fc.boolean(), (moves, follows) => {
    const log = { first: 1_000, last: 1_049 };
    const span = new Span();
    span.begin(log, 0);
    for (const move of moves) {
      if ("grow" in move) log.last += move.grow;
      if ("older" in move) log.first = Math.max(1, log.first - move.older);
      if ("trim" in move) log.first = Math.min(log.last, log.first + move.trim);
      if ("shift" in move && !follows) span.shift(log, move.shift);
      if ("around" in move && !follows) span.around(log, Math.min(log.last, log.first + move.around));
      span.fit(log, follows);
      expect(span.first).toBeGreaterThanOrEqual(log.first);
      expect(span.last).toBeLessThanOrEqual(log.last);
      expect(span.last - span.first).toBeLessThan(SPAN_MAX);
      expect(span.last).toBeGreaterThanOrEqual(span.first);
      if (follows) expect(span.last).toBe(log.last);
    }
  }));
});

test("it begins a little above where reading was left, and at the newest where that is not known", () => {
  const span = new Span();
  span.begin({ first: 1, last: 500 }, 300);
  expect([span.first, span.last]).toEqual([295, 500]);
  span.begin({ first: 1, last: 500 }, 0);
  expect([span.first, span.last]).toEqual([421, 500]);
});
