import { expect, test } from "vitest";
import { emojiFound, inTone } from "../src/emoji_search";
import { texts as en } from "../gen/emoji_en";
import { texts as zh } from "../gen/emoji_zh";

const found = (groups: typeof en, words: string) => emojiFound(groups, words, 20).map(([sign]) => sign);
const by = (name: string) => en.flatMap(({ emoji }) => emoji).find(([, label]) => label === name);
const signs = (groups: typeof en) => groups.flatMap(({ emoji }) => emoji.flatMap((one) => [0, 1, 2, 3, 4, 5].map((tone) => inTone(one, tone))));

test("an emoji is found by its name, the beginning of a word in it, and what it is about", () => {
  expect(found(en, "red heart")[0]).toBe("❤️");
  expect(found(en, "Grinn")).toContain("😀");
  expect(found(en, "thumbs_up")[0]).toBe("👍");
  expect(found(en, ":tada:")[0]).toBe("🎉");
  expect(found(en, "🎉")).toEqual(["🎉"]);
  expect(found(zh, "红心")).toContain("❤️");
  expect(found(zh, "赞")[0]).toBe("👍");
});

test("what fits best comes first, no more than wanted, and nothing for nothing", () => {
  expect(found(en, "cat")[0]).toBe("🐈");
  expect(emojiFound(en, "face", 7)).toHaveLength(7);
  expect(found(en, "  ")).toEqual([]);
  expect(found(en, "no emoji is called so")).toEqual([]);
});

test("one person's emoji has each tone, others stay yellow", () => {
  const wave = by("waving hand");
  const shrug = by("woman shrugging");
  const heart = by("red heart");
  if (!wave || !shrug || !heart) throw new Error("they are not there");
  expect([0, 1, 5].map((tone) => inTone(wave, tone))).toEqual(["👋", "👋🏻", "👋🏿"]);
  expect(inTone(shrug, 3)).toBe("🤷🏽‍♀️");
  expect(inTone(heart, 3)).toBe("❤️");
});

test("each is short enough for a reaction, in each tone, and both languages have the same", () => {
  expect(signs(en)).toEqual(signs(zh));
  expect(signs(en).filter((sign) => new TextEncoder().encode(sign).length > 35)).toEqual([]);
  expect(new Set(en.flatMap(({ emoji }) => emoji.map(([sign]) => sign))).size).toBeGreaterThan(1_700);
});
