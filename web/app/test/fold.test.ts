import { expect, test } from "vitest";
import { isLong } from "../src/fold";

test("a message is long by its lines or by its letters", () => {
  expect(isLong("word ".repeat(100))).toBe(false);
  expect(isLong("\n".repeat(15))).toBe(false);
  expect(isLong("\n".repeat(16))).toBe(true);
  expect(isLong("\n".repeat(300))).toBe(true);
  expect(isLong("x".repeat(1_201))).toBe(true);
});
