import { beforeEach, describe, expect, test, vi } from "vitest";

const KNOWN = [
  ["BAD_FIELD", "network", 0], ["BAD_FIELD", "network", 8], ["BAD_FIELD", "reason", 512], ["BAD_FIELD", "hours", 8784],
  ["NOT_PERMITTED", "bans", 1000], ["NOT_FOUND", "network", 0],
] as const;

describe.each(["en-GB", "zh-CN"])("in %s", (language) => {
  let words: typeof import("../src/refusal_words");
  beforeEach(async () => {
    vi.resetModules();
    vi.stubGlobal("navigator", { languages: [language] });
    words = await import("../src/refusal_words");
  });

  test("what is wrong with a ban is said in words, with the bound", () => {
    for (const [code, field, limit] of KNOWN) {
      const said = words.refusalWords({ code, field, limit });
      expect(said).not.toMatch(/[A-Z]{3,}/);
      if (limit > 0) expect(said).toContain(String(limit));
      expect(/[一-龥]/.test(said)).toBe(language === "zh-CN");
    }
  });

  test("what there are no words for is told by its code and field", () => {
    expect(words.refusalWords({ code: "BAD_NAME", field: "name", limit: 64 })).toContain("BAD_NAME: name");
    expect(words.refusalWords({ code: "TIMEOUT", field: "", limit: 0 })).toMatch(/TIMEOUT$/);
    expect(words.refusalWords({ code: "constructor", field: "", limit: 0 })).toContain("constructor");
  });
});
