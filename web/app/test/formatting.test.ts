import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linksIn } from "../src/autolink";
import { BOLD, CODE, excerptText, formatted, ITALIC, SPOILER, STRUCK, type Block } from "../src/formatting";

const NAMES = new Map([[BOLD, "b"], [ITALIC, "i"], [STRUCK, "s"], [CODE, "c"], [SPOILER, "?"]]);
const signs = (style: number) => [...NAMES].filter(([bit]) => style & bit).map(([, name]) => name).join("");
const of = (text: string) => formatted(linksIn(text));
const said = (block: Block) => block.pieces.map(({ text, style }) => (style ? `[${signs(style)}:${text}]` : text)).join("");
const shown = (text: string) => of(text).map((block) => (block.kind === "plain" ? said(block) : `<${block.kind}>${said(block)}`)).join("\n");
const visible = (text: string) => of(text).map(({ pieces }) => pieces.map((piece) => piece.text).join("")).join("\n");

test.each([
  ["**bold**, *so* and _so_", "[b:bold], [i:so] and [i:so]"],
  ["~~gone~~ ||the butler|| `a*b*c`", "[s:gone] [?:the butler] [c:a*b*c]"],
  ["***both*** and ***all** of it*", "[bi:both] and [bi:all][i: of it]"],
  ["**a *b** c*", "[b:a ][bi:b][i: c]"],
  ["你好**粗体**吗，*斜*。", "你好[b:粗体]吗，[i:斜]。"],
  ["**粗体。**后面", "[b:粗体。]后面"],
  ["❤️*yes*", "❤️[i:yes]"],
  ["> a quote\n> of two lines\nand an answer", "<quote>a quote\nof two lines\nand an answer"],
  ["look:\n```\nif (a || b) **c** = 1;\n  > d\n```\nso", "look:\n<code>if (a || b) **c** = 1;\n  > d\nso"],
  ["```one```", "<code>one"],
  ["a ```b `c` d``` e", "a [c:b `c` d] e"],
  ["> ||x|| **y**", "<quote>[?:x] [b:y]"],
  ["**https://example.org/_a_*b** there", "[b:https://example.org/_a_*b] there"],
  ["~~www.example.org~~ _https://example.org/a_", "[s:www.example.org] [i:https://example.org/a]"],
  ["\\*as it is\\* and \\`this\\`", "*as it is* and `this`"],
  ["**two\nlines**", "[b:two\nlines]"],
])("%j", (text, wanted) => {
  expect(shown(text)).toBe(wanted);
});

// What people write without a thought of styles.
test.each([
  "2 * 3 * 4 = 24, 2*3*4, 5**2**3", "snake_case_name, __init__, f(*args, **kwargs)", "(*^_^*) >_< ^_^ *_* **** ~~~~ ||||",
  "¯\\_(ツ)_/¯", "a || b || c, (a||b||c)", "~5 minutes, ~~ or so", "* one\n* two", "a > b, >b, > ", "*never closed, _nor this, `nor that",
  "```", "``` ```", "** bold **", "1️⃣ *️⃣ 2️⃣ *️⃣", "C:\\dir\\file", "two\n\n*paragraphs\n\nare* not one", "_https://example.org/a_b",
])("%j stays as it was written", (text) => {
  expect(of(text).map(({ kind }) => kind)).toEqual(["plain"]);
  expect(visible(text)).toBe(text);
  expect(of(text).flatMap(({ pieces }) => pieces.map(({ style }) => style)).every((style) => style === 0)).toBe(true);
});

test("a name or an address is shown as it is, whatever signs are in it", () => {
  const blocks = formatted([{ text: "*hello " }, { text: "@a_b_*c", mentioned: 7 }, { text: "* you" }]);
  expect(blocks[0]?.pieces).toEqual([{ text: "hello ", style: ITALIC }, { text: "@a_b_*c", mentioned: 7, style: ITALIC }, { text: " you", style: 0 }]);
});

test("what is hidden is in no list and no quote", () => {
  expect(excerptText(of("it was ||the **butler**|| with a `knife`"))).toBe("it was ▒▒▒▒▒▒ with a knife");
});

const SIGNS = /[*_~|`\\>\s]/g;
const pieces = fc.constantFrom("*", "**", "***", "_", "~~", "||", "`", "```", "> ", "\n", "\\", " ", "a", "字", "é", "👍", "❤️", "https://x.org/_a", "(", ")");
const written = fc.oneof(fc.array(pieces, { maxLength: 60 }).map((all) => all.join("")), fc.string({ unit: "grapheme", maxLength: 200 }), fc.string({ unit: "binary", maxLength: 200 }));

describe("whatever is written", () => {
  test("nothing but signs and breaks of lines goes", () => {
    fc.assert(fc.property(written, (text) => {
      expect(visible(text).replace(SIGNS, "")).toBe(text.replace(SIGNS, ""));
    }), { numRuns: 2_000 });
  });

  test("a text without signs stays letter for letter", () => {
    fc.assert(fc.property(written, (text) => {
      const plain = text.replace(/[*_~|`\\>]/g, "");
      expect(of(plain)).toHaveLength(1);
      expect(visible(plain)).toBe(plain);
    }));
  });

  test("no more pieces than signs and links ask for, in three kinds of blocks, side by side", () => {
    fc.assert(fc.property(written, (text) => {
      const blocks = of(text);
      const count = (text.match(/[*_~|`\\]+|\n|https?:/g) ?? []).length;
      expect(blocks.reduce((sum, { pieces }) => sum + pieces.length, 0)).toBeLessThanOrEqual(2 * count + 2);
      for (const { pieces } of blocks) for (const { style } of pieces) expect(style).toBeLessThan(2 * SPOILER);
    }));
  });
});

// The fastest of a few: another process may have had the processor.
function leastMs(run: () => unknown): number {
  return Math.min(...[1, 2, 3, 4, 5].map(() => {
    const from = performance.now();
    run();
    return performance.now() - from;
  }));
}

test.each(["*", "**a", "`", "``a`", "```\n", "> ", "||a", "_a ", "***a*", "a* ", "\n", "\\*", "~~a~~", "https://a.b/)", "https://a.b/(", ")", "www.", "> *a\n```"])(
  "twenty times as much of %j takes no more than a few times twenty times as long",
  (unit) => {
    const small = unit.repeat(Math.ceil(4_000 / unit.length));
    const large = small.repeat(20);
    of(small);
    const base = leastMs(() => of(small));
    expect(leastMs(() => of(large))).toBeLessThan(20 * Math.max(base, 0.2) * 5);
  },
);
