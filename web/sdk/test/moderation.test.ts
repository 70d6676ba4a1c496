import { expect, test } from "vitest";
import { ModerationKind } from "../src/codec";
import { openReports, type ModerationLine } from "../src/moderation";

let number = 100;
const line = (kind: ModerationKind, seq: number, by = 3, epoch = 1): ModerationLine =>
  ({ number: --number, timeMs: 0, kind, by, uid: 4, epoch, seq, value: 0, reason: "rude" }) as ModerationLine;
const seqs = (...lines: ModerationLine[]) => openReports(lines).map(({ seq, reports }) => [seq, reports.length]);

test("reports of one message stand together, the newest message first", () => {
  expect(seqs(line(ModerationKind.REPORT, 7), line(ModerationKind.REPORT, 9, 5), line(ModerationKind.REPORT, 7, 6))).toEqual([[7, 2], [9, 1]]);
});

test("what was dismissed or recalled is decided, but not what is reported after that", () => {
  const reported = line(ModerationKind.REPORT, 7);
  expect(seqs(line(ModerationKind.DISMISS, 7), reported, line(ModerationKind.MUTE, 0))).toEqual([]);
  expect(seqs(line(ModerationKind.RECALL, 7), reported)).toEqual([]);
  expect(seqs(reported, line(ModerationKind.DISMISS, 7), line(ModerationKind.REPORT, 7))).toEqual([[7, 1]]);
});

test("the same number in another history is another message", () => {
  expect(seqs(line(ModerationKind.DISMISS, 7, 3, 2), line(ModerationKind.REPORT, 7))).toEqual([[7, 1]]);
});
