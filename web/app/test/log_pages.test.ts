// Pages of the moderation log, and the newest of them once more.

import type { ModerationLine } from "@stentor/sdk";
import { expect, test } from "vitest";
import { withNewest, withOlder, type LogPage } from "../src/moderation/log_pages";

const page = (next: number, ...numbers: number[]): LogPage => ({ lines: numbers.map((number) => ({ number }) as ModerationLine), next });
const NONE = page(0);

test("an older page goes below", () => {
  expect(withOlder(page(8, 9, 8), page(6, 7, 6))).toEqual(page(6, 9, 8, 7, 6));
});

test("with a new line, older pages stay, and the next is still the one after them", () => {
  expect(withNewest(page(4, 9, 8, 7, 6, 5, 4), page(9, 11, 9))).toEqual(page(4, 11, 9, 8, 7, 6, 5, 4));
});

test("where lines between may be missing, the newest page is all there is", () => {
  expect(withNewest(page(4, 9, 8, 7, 6, 5, 4), page(12, 13, 12))).toEqual(page(12, 13, 12));
});

test("the first page, and an empty log", () => {
  expect(withNewest(NONE, page(2, 3, 2))).toEqual(page(2, 3, 2));
  expect(withNewest(page(2, 3, 2), NONE)).toEqual(NONE);
});
