// How large things are drawn, and how loud a recording was.

import { expect, test, vi } from "vitest";
import { fitted } from "../src/media/pictures";

vi.stubGlobal("navigator", { languages: ["en"] });
const { boxOf } = await import("../src/attachment");
const { clockWords, sizeWords } = await import("../src/media/texts");
const { texts: en } = await import("../src/media/texts_en");
const { texts: zh } = await import("../src/media/texts_zh");

test("both languages say the same things", () => {
  expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted());
});

test("a picture keeps its proportion and is never enlarged", () => {
  expect(fitted(4000, 3000, 2560)).toEqual({ width: 2560, height: 1920 });
  expect(fitted(100, 50, 2560)).toEqual({ width: 100, height: 50 });
  expect(fitted(100_000, 1, 480)).toEqual({ width: 480, height: 1 });
});

const box = (width: number, height: number, kind = "image") => boxOf({ kind, width, height });

test("a box has a size that can be seen, whatever a sender says", () => {
  expect(box(640, 480)).toEqual({ width: 320, height: 240 });
  expect(box(100, 100)).toEqual({ width: 100, height: 100 });
  expect(box(4_000_000_000, 1)).toEqual({ width: 320, height: 48 });
  expect(box(1, 4_000_000_000)).toEqual({ width: 48, height: 320 });
  expect(box(0, 100)).toEqual({ width: 0, height: 0 });
  expect(box(100, 100, "file")).toEqual({ width: 0, height: 0 });
});

test("sizes and lengths are words", () => {
  expect([sizeWords(5), sizeWords(2048), sizeWords(1_500_000)]).toEqual(["5 B", "2 KB", "1.43 MB"]);
  expect([clockWords(400), clockWords(7_400), clockWords(750_000)]).toEqual(["0:00", "0:07", "12:30"]);
});
