import fc from "fast-check";
import { expect, test } from "vitest";
import { hitsIn, windowOf } from "../src/hits";

const marked = (text: string, words: string) => {
  let at = 0;
  let shown = "";
  for (const { from, to } of hitsIn(text, words)) {
    shown += `${text.slice(at, from)}[${text.slice(from, to)}]`;
    at = to;
  }
  return shown + text.slice(at);
};

test.each([
  ["A table, vegetable and TABLES", "tab", "A [tab]le, vegetable and [TAB]LES"],
  ["green tea", "tea gre", "[gre]en [tea]"],
  ["caf\u0065\u0301 and CAFÉ", "café", "[caf\u0065\u0301] and [CAFÉ]"],
  ["Ｓｔｅｎｔｏｒ", "sten", "[Ｓｔｅｎ]ｔｏｒ"],
  ["今天晚上直播开始", "直播", "今天晚上[直播]开始"],
  ["ping 192.168.1.17 now", "168.1", "ping 192.[168.1].17 now"],
  ["👍 ok 👍", "ok", "👍 [ok] 👍"],
  ["nothing", "", "nothing"],
  ["nothing", "else", "nothing"],
])("%j, looked for %j", (text, words, wanted) => {
  expect(marked(text, words)).toBe(wanted);
});

test("hits lie in order in the text, and a window holds the first and no half of a letter", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ unit: "grapheme", maxLength: 8 }), fc.integer({ min: 50, max: 200 }), (text, words, letters) => {
    const whole = text.replace(/\p{Cs}/gu, "");
    const hits = hitsIn(whole, words);
    let at = 0;
    for (const { from, to } of hits) {
      expect(from).toBeGreaterThanOrEqual(at);
      expect(to).toBeGreaterThan(from);
      at = to;
    }
    expect(at).toBeLessThanOrEqual(whole.length);
    const { from, to } = windowOf(whole, hits, letters);
    expect(/\p{Cs}/u.test(whole.slice(from, to))).toBe(false);
    expect(to - from).toBeLessThanOrEqual(letters + 1);
    if (hits[0]) expect(hits[0].from).toBeGreaterThanOrEqual(from);
  }));
});
