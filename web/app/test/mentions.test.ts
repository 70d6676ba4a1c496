import { expect, test } from "vitest";
import { begunIn, mentionsIn, pieces } from "../src/mentions";

const of = (text: string, ...mentions: [uid: number, offset: number, length: number][]) =>
  pieces({ text, mentions: mentions.map(([uid, offset, length]) => ({ uid, offset, length })) }).map(({ text, mentioned }) =>
    mentioned === undefined ? text : `[${mentioned}:${text}]`,
  );

test("mentions are found by bytes, also behind letters of several", () => {
  expect(of("字 @Ann 你好", [5, 4, 4])).toEqual(["字 ", "[5:@Ann]", " 你好"]);
  expect(of("@a@b", [2, 2, 2], [1, 0, 2])).toEqual(["[1:@a]", "[2:@b]"]);
});

test.each([
  ["beyond the end", [5, 3, 9]],
  ["empty", [5, 0, 0]],
  ["in the middle of a letter", [5, 1, 3]],
  ["ending in the middle of a letter", [5, 0, 2]],
] as const)("a mention %s is none, and the text is whole", (_, mention) => {
  expect(of("字字", [...mention]).join("")).toBe("字字");
});

test("of two that overlap the first is one", () => {
  expect(of("@Annette", [1, 0, 8], [2, 0, 4])).toEqual(["[1:@Annette]"]);
});

test("what was completed is found again in the text, the longest name first", () => {
  const text = "字 @Annette, @Ann and @Annette!";
  const mentions = mentionsIn(text, new Map([["@Ann", 1], ["@Annette", 2]]));
  const said = pieces({ text, mentions }).map(({ text, mentioned }) => (mentioned ? `[${mentioned}:${text}]` : text));
  expect(said.join("")).toBe("字 [2:@Annette], [1:@Ann] and [2:@Annette]!");
});

const marked = (text: string, ...names: [string, number][]) => {
  const mentions = mentionsIn(text, new Map(names));
  return pieces({ text, mentions }).map(({ text, mentioned }) => (mentioned ? `[${mentioned}:${text}]` : text)).join("");
};

test.each([
  ["@Bobby, hello", "@Bobby, hello"],
  ["write to bob@Bob.example", "write to bob@Bob.example"],
  ["@Bob_2", "@Bob_2"],
  ["@Bobé", "@Bobé"],
  ["@Bob's hat, @Bob, (@Bob) @Bob.", "[1:@Bob]'s hat, [1:@Bob], ([1:@Bob]) [1:@Bob]."],
  ["你好@Bob你好", "你好[1:@Bob]你好"],
  ["@Bobby and @Bob", "@Bobby and [1:@Bob]"],
])("who is called Bob is meant as a word of its own: %s", (text, expected) => {
  expect(marked(text, ["@Bob", 1])).toBe(expected);
});

test("a Chinese name is meant also where the next word follows without a space", () => {
  expect(marked("问@张伟吧", ["@张伟", 3])).toBe("问[3:@张伟]吧");
});

test.each([
  ["@", ""],
  ["hello @an", "an"],
  ["你好@张", "张"],
  ["你好＠张", "张"],
  ["＠an", "an"],
  ["(@", ""],
  ["bob@exam", undefined],
  ["élan@x", undefined],
  ["иван@x", undefined],
  ["a.b@x", undefined],
  ["@a b", undefined],
])("%j begins %j", (text, begun) => {
  expect(begunIn(text)).toBe(begun);
});
