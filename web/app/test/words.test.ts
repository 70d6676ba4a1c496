import { Code, NoteKind, type Note } from "@stentor/sdk";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

type Words = typeof import("../src/words");

const AT = new Date("2026-11-28T02:48:00Z").getTime();
const note = (kind: number, more: Partial<Note> = {}): Note => ({ noteId: 1, gid: 7, anchorSeq: 1, timeMs: 0, text: "", from: 0, code: 0, kind, untilMs: 0, rule: "", ...more });

async function wordsIn(language: string): Promise<Words> {
  vi.resetModules();
  vi.stubGlobal("navigator", { languages: [language] });
  return import("../src/words");
}

describe.each([["en-GB", "You are muted until", /3:48|03:48/, "Your message was not sent.", "declined"], ["zh-CN", "您被禁言至", /3:48|03:48/, "您的消息没有发出。", "未获批准"]])(
  "in %s",
  (language, muted, clock, notSent, declined) => {
    let words: Words;
    beforeAll(() => void (process.env["TZ"] = "Europe/Berlin"));
    beforeEach(async () => void (words = await wordsIn(language)));

    test("a mute is told with the hour that it is here, and the reason that was given", () => {
      const said = words.noteWords(note(NoteKind.MUTED, { untilMs: AT, text: "spam" }));
      expect(said).toContain(muted);
      expect(said).toMatch(clock);
      expect(said).toContain("spam");
      expect(said).not.toContain("UTC");
    });

    test("a message that was not sent says why, by its rule", () => {
      const said = words.noteWords(note(NoteKind.NOT_SENT, { code: Code.FILTERED, rule: "repeat" }));
      expect(said).toContain(notSent);
      expect(said).not.toMatch(/repeat|FILTERED|\d{3}/);
    });

    test("a wish to join that was declined, and what a person wrote", () => {
      expect(words.noteWords(note(NoteKind.NOT_LET_IN))).toContain(declined);
      expect(words.noteWords(note(NoteKind.TEXT, { text: "please stop", from: 3 }))).toBe("please stop");
      expect(words.noteWords(note(99, { text: "of tomorrow" }))).toBe("of tomorrow");
    });

    test("no refusal is told by a number of its code", () => {
      for (const code of [...Object.values(Code).filter((code) => typeof code === "number"), 150, 250, 350, 450]) {
        expect(words.wordsOf({ code, limit: 0 })).not.toMatch(/\d{3}/);
      }
    });
  },
);

describe("a refusal", () => {
  let words: Words;
  beforeEach(async () => void (words = await wordsIn("en-GB")));

  test("of a search that holds no letter says what to type", () => {
    expect(words.wordsOf({ code: Code.BAD_FIELD, field: "words" })).toBe("Type at least one letter or digit to look for.");
  });

  test("of what cannot be read says that it cannot be read, and a full disk that it is full", () => {
    expect(words.wordsOf({ code: Code.STORE_UNAVAILABLE, field: "damaged", retryAfterMs: 300_000 })).toMatch(/cannot be read.*damaged.*5 min/);
    expect(words.wordsOf({ code: Code.STORE_UNAVAILABLE, field: "disk" })).toContain("full");
    expect(words.wordsOf({ code: Code.STORE_UNAVAILABLE, field: "engine" })).toContain("cannot store");
  });

  test("by a rule of the server says what the rule is, and not its name", () => {
    expect(words.wordsOf({ code: Code.SLOW_MODE, rule: "slow_mode", limit: 10, retryAfterMs: 4_000 })).toBe("Slow mode: one message every 10 s. Next try in 4 s.");
    expect(words.wordsOf({ code: Code.STORM, rule: "storm" })).toBe("There is a rush in this group.");
    expect(words.wordsOf({ code: Code.WINDOW_CLOSED, rule: "edit_window", limit: 600_000 })).toContain("10 min");
    expect(words.wordsOf({ code: Code.PASSWORD_TOO_WEAK, rule: "common" })).toContain("commonest");
  });

  test("by a rule of an operator's own names it", () => {
    expect(words.wordsOf({ code: Code.FILTERED, rule: "no-links" })).toContain("(Rule: \u2068no-links\u2069)");
  });

  test("by a rule that is called like something of every object is no trap", () => {
    expect(words.wordsOf({ code: Code.FILTERED, rule: "constructor" })).toContain("constructor");
    expect(words.wordsOf({ code: Code.BAD_FIELD, field: "toString" })).toBe("Something in it is not possible.");
  });

  test("of a blank name does not speak of a bound", () => {
    expect(words.wordsOf({ code: Code.BAD_NAME, field: "name", limit: 64 })).not.toContain("64");
  });

  test("while muted says until when, here", () => {
    expect(words.wordsOf({ code: Code.MUTED, retryAfterMs: 60_000 }, AT)).toContain("You are muted until");
  });
});
