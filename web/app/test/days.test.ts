import { afterAll, beforeAll, expect, test } from "vitest";
import { beginOf, daysBetween } from "../src/days";

const zone = process.env["TZ"];
beforeAll(() => void (process.env["TZ"] = "Europe/Berlin"));
afterAll(() => void (process.env["TZ"] = zone));

const at = (text: string) => new Date(text).getTime();

test("the day before is the day before, also where clocks were put back in between: 25 hours", () => {
  expect(daysBetween(at("2026-10-25T00:10:00"), at("2026-10-25T23:30:00"))).toBe(0);
  expect(daysBetween(at("2026-10-24T23:50:00"), at("2026-10-25T23:30:00"))).toBe(1);
});

test("and where they were put forward: 23 hours", () => {
  expect(daysBetween(at("2026-03-28T23:45:00"), at("2026-03-30T00:15:00"))).toBe(2);
  expect(daysBetween(at("2026-03-29T12:00:00"), at("2026-03-30T00:15:00"))).toBe(1);
});

test("a day of a field begins at its midnight here, and ends where the next begins", () => {
  expect(beginOf("2026-02-28")).toBe(new Date(2026, 1, 28).getTime());
  expect(beginOf("2026-02-28", 1)).toBe(new Date(2026, 2, 1).getTime());
  expect(beginOf("2026-12-31", 1)).toBe(new Date(2027, 0, 1).getTime());
});
