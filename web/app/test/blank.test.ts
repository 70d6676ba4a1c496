import { expect, test } from "vitest";
import { isBlank } from "../src/blank";

test.each(["", " ", "\n\t", "\u00a0\u3000", "\u200b", " \u2060\ufeff", "\u200d\ufe0f", "\u3164"])("nothing is seen of %j", (text) => {
  expect(isBlank(text)).toBe(true);
});

test.each(["a", " a ", "\u200b.", "你", "👍", "❤\ufe0f", "👨‍👩‍👧", "🇨🇭", "1\ufe0f\u20e3"])("something is seen of %j", (text) => {
  expect(isBlank(text)).toBe(false);
});
