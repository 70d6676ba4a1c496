import { Code } from "@stentor/sdk";
import { expect, test } from "vitest";
import { MENTIONS_ALL } from "../src/mentions";
import { texts as en } from "../src/texts_en";
import { texts as zh } from "../src/texts_zh";

const names = Object.keys(Code).filter((name) => Number.isNaN(Number(name)));

test("both languages have words for the same refusals, rules and fields", () => {
  for (const part of ["codes", "rules", "fields", "unknown"] as const) {
    expect(Object.keys(zh.refusals[part]).toSorted()).toEqual(Object.keys(en.refusals[part]).toSorted());
  }
});

test("every refusal with words exists, and every one that exists has words", () => {
  expect(Object.keys(en.refusals.codes).toSorted()).toEqual(names.filter((name) => name !== "OK").toSorted());
});

test("a mention of all is known in both languages", () => {
  expect(MENTIONS_ALL).toEqual([en.mentionAll, zh.mentionAll]);
});
