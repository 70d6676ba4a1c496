import { Code } from "@stentor/sdk";
import { expect, test } from "vitest";
import { en } from "../src/texts_en";
import { zh } from "../src/texts_zh";

const names = Object.keys(Code).filter((name) => Number.isNaN(Number(name)));

test("both languages have words for the same refusals", () => {
  expect(Object.keys(zh.codes).toSorted()).toEqual(Object.keys(en.codes).toSorted());
});

test("every refusal with words exists", () => {
  expect(Object.keys(en.codes).filter((name) => !names.includes(name))).toEqual([]);
});

test("whatever must be told to a person has words", () => {
  const told = names.filter((name) => {
    const code = Code[name as keyof typeof Code];
    return code >= 200 && code < 400;
  });
  expect(told.filter((name) => en.codes[name] === undefined)).toEqual([]);
});
