import { expect, test } from "vitest";
import { noticeOf } from "../worker/notice";

const PUSH = { uid: 1, gid: 9, seq: 5, count: 1, called: true, language: "en", group: "Book club", sender: "Ann", text: "**hello** ||the end||" };

test("a push becomes a notice that leads to the message, with spoilers hidden", () => {
  const { title, body, tag, hash } = noticeOf(PUSH);
  expect([title, tag, hash]).toEqual(["Book club", "stentor.1.9", "#/g/9/5"]);
  expect(body).toMatch(/^Ann: hello /);
  expect(body).not.toContain("the end");
});

test("more than one message, a direct chat, a picture, and no words", () => {
  expect(noticeOf({ ...PUSH, count: 3, text: "hi" }).body).toBe("Ann: hi · 2 more");
  expect(noticeOf({ ...PUSH, group: "", text: "hi" })).toMatchObject({ title: "Ann", body: "hi" });
  expect(noticeOf({ ...PUSH, text: "", attachment: "image" }).body).toBe("Ann: Picture");
  expect(noticeOf({ ...PUSH, text: "", attachment: "unheard of" }).body).toBe("Ann: File");
  expect(noticeOf({ ...PUSH, text: undefined }).body).toBe("New message");
  expect(noticeOf({ ...PUSH, text: undefined, count: 2, language: "zh" }).body).toBe("2 条新消息");
  expect([...noticeOf({ ...PUSH, sender: "", text: "x".repeat(500) }).body]).toHaveLength(161);
});

test("whatever came, something is shown, and it leads nowhere else", () => {
  for (const odd of [undefined, null, 5, "text", [], {}, { gid: "javascript:alert(1)", seq: -1, text: 7, group: {} }]) {
    expect(noticeOf(odd)).toEqual({ title: "Stentor", body: "New message", tag: "stentor.0.0", hash: "" });
  }
});
