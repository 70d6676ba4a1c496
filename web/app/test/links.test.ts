import { expect, test } from "vitest";
import { linkIn } from "../src/links";

test.each([
  ["42", 42, ""],
  [" #42 ", 42, ""],
  ["http://127.0.0.1:8080/#/g/9007199254740991", 9007199254740991, ""],
  ["#/g/7", 7, ""],
  ["http://127.0.0.1:8080/#/g/7/aB-3_x", 7, "aB-3_x"],
  ["#/g/7/a%2Fb", 7, "a/b"],
])("%j names a group, and perhaps an invitation", (text, gid, invite) => {
  expect(linkIn(text)).toEqual({ gid, invite });
});

test.each(["", "0", "-1", "1.5", "book club", "#/g/", "#/x/7", "9007199254740992", "99999999999999999", "#/g/7/8/9", "#/g/7/%"])(
  "%j names none",
  (text) => {
    expect(linkIn(text)).toBeUndefined();
  },
);
