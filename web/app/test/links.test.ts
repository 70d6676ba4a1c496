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
  expect(linkIn(text)).toEqual({ gid, invite, seq: 0 });
});

test("a number behind that of the group is that of a message there", () => {
  expect(linkIn("http://127.0.0.1:8080/#/g/7/8123")).toEqual({ gid: 7, invite: "", seq: 8123 });
  expect(linkIn("#/g/7/9007199254740991")).toEqual({ gid: 7, invite: "", seq: 9007199254740991 });
  expect(linkIn("#/g/7/9007199254740992")).toBeUndefined();
  // An invitation may begin with a digit, or have no other letters: it is longer.
  expect(linkIn("#/g/7/12345678901234567890ab")).toEqual({ gid: 7, invite: "12345678901234567890ab", seq: 0 });
  expect(linkIn("#/g/7/1234567890123456789012")).toEqual({ gid: 7, invite: "1234567890123456789012", seq: 0 });
});

test.each(["", "0", "-1", "1.5", "book club", "#/g/", "#/x/7", "9007199254740992", "99999999999999999", "#/g/7/8/9", "#/g/7/%"])(
  "%j names none",
  (text) => {
    expect(linkIn(text)).toBeUndefined();
  },
);
