import { expect, test } from "vitest";
import { gidIn } from "../src/links";

test.each([
  ["42", 42],
  [" #42 ", 42],
  ["http://127.0.0.1:8080/#/g/9007199254740991", 9007199254740991],
  ["#/g/7", 7],
])("%j names a group", (text, gid) => {
  expect(gidIn(text)).toBe(gid);
});

test.each(["", "0", "-1", "1.5", "book club", "#/g/", "#/x/7", "9007199254740992", "99999999999999999", "#/g/7/8"])(
  "%j names none",
  (text) => {
    expect(gidIn(text)).toBeUndefined();
  },
);
