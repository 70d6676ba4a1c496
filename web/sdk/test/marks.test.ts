import { beforeEach, describe, expect, test } from "vitest";
import { Marks, type Tally } from "../src/marks";

const tally = (seq: number, readBy: number, ...reactions: [emoji: string, count: number, mine?: boolean][]): Tally => ({
  seq, readBy, reactions: reactions.map(([emoji, count, mine = false]) => ({ emoji, count, mine })),
});

const note = (noteId: number, anchorSeq: number) => ({ noteId, gid: 7, anchorSeq, timeMs: 0, text: `n${noteId}`, from: 0, code: 0, kind: 0, untilMs: 0, rule: "" });

let marks: Marks;
beforeEach(() => {
  marks = new Marks();
});

const shown = (seq: number) => marks.reactions(seq).map(({ emoji, count, mine }) => `${emoji}${count}${mine ? "!" : ""}`);

describe("reactions", () => {
  test("mine is shown at once, stays until the tally has it, and is then not counted twice", () => {
    marks.pushed([tally(5, 0, ["👍", 2])]);
    marks.wish(5, "👍", true);
    expect(shown(5)).toEqual(["👍3!"]);
    marks.wishDone(5, "👍", true);
    expect(shown(5)).toEqual(["👍3!"]);
    marks.pushed([tally(5, 0, ["👍", 3])]);
    expect(shown(5)).toEqual(["👍3!"]);
  });

  test("one that was refused is gone again", () => {
    marks.wish(5, "🎉", true);
    expect(shown(5)).toEqual(["🎉1!"]);
    marks.wishFailed(5, "🎉");
    expect(shown(5)).toEqual([]);
  });

  test("taken back it is gone at once; the last one takes its emoji along", () => {
    marks.page({ tallies: [tally(5, 0, ["👍", 1, true], ["🎉", 2])] }, 1, 9);
    marks.wish(5, "👍", false);
    expect(shown(5)).toEqual(["🎉2"]);
    marks.wishDone(5, "👍", false);
    marks.pushed([tally(5, 0, ["🎉", 2])]);
    expect(shown(5)).toEqual(["🎉2"]);
  });

  test("a tally that everybody gets leaves mine as it is known here", () => {
    marks.page({ tallies: [tally(5, 0, ["👍", 1, true])] }, 1, 9);
    marks.pushed([tally(5, 4, ["👍", 7], ["🎉", 1])]);
    expect(shown(5)).toEqual(["👍7!", "🎉1"]);
    expect(marks.readBy(5)).toBe(4);
  });

  test("one that is on its way stays while a tally of before comes", () => {
    marks.wish(5, "👍", true);
    marks.pushed([tally(5, 0, ["🎉", 1])]);
    expect(shown(5)).toEqual(["🎉1", "👍1!"]);
  });

  test("one that a page counts already is not counted twice before its answer is here", () => {
    marks.wish(5, "👍", true);
    marks.page({ tallies: [tally(5, 0, ["👍", 3, true])] }, 1, 9);
    expect(shown(5)).toEqual(["👍3!"]);
  });

  test("set again while its removal is on the way it stays, also when the removal is taken", () => {
    marks.page({ tallies: [tally(5, 0, ["👍", 1, true])] }, 1, 9);
    marks.wish(5, "👍", false);
    marks.wish(5, "👍", true);
    marks.wishDone(5, "👍", false);
    marks.pushed([tally(5, 0)]);
    expect(shown(5)).toEqual(["👍1!"]);
  });

  test("a page says all: what it does not name any more is gone", () => {
    marks.pushed([tally(5, 3, ["👍", 7]), tally(50, 1, ["🎉", 1])]);
    marks.page({ tallies: [] }, 1, 9);
    expect(shown(5)).toEqual([]);
    expect(shown(50)).toEqual(["🎉1"]);
  });
});

test("notes stand after their anchor in the order of their numbers, each once", () => {
  for (const one of [note(9, 3), note(4, 3), note(5, 2), note(9, 3)]) marks.note(one);
  expect(marks.notesAfter(3).map(({ text }) => text)).toEqual(["n4", "n9"]);
  expect(marks.notesAfter(2).map(({ text }) => text)).toEqual(["n5"]);
  expect(marks.notesAfter(1)).toEqual([]);
});

test("what another device of mine has set is mine here, and counted once", () => {
  marks.page({ tallies: [tally(5, 2, ["👍", 3])] }, 1, 9);
  marks.reactedElsewhere(5, "👍", true);
  marks.reactedElsewhere(6, "🎉", true);
  expect(shown(5)).toEqual(["👍3!"]);
  expect(shown(6)).toEqual(["🎉1!"]);
  marks.pushed([tally(5, 2, ["👍", 4])]);
  expect(shown(5)).toEqual(["👍4!"]);
  marks.reactedElsewhere(5, "👍", false);
  expect(shown(5)).toEqual(["👍4"]);
});

test("what this device has set itself is not counted again, nor less, when it hears of it", () => {
  marks.pushed([tally(5, 0, ["👍", 2])]);
  marks.wish(5, "👍", true);
  marks.reactedElsewhere(5, "👍", true);
  expect(shown(5)).toEqual(["👍3!"]);
  marks.wishDone(5, "👍", true);
  marks.reactedElsewhere(5, "👍", true);
  expect(shown(5)).toEqual(["👍3!"]);
  marks.pushed([tally(5, 0, ["👍", 3])]);
  expect(shown(5)).toEqual(["👍3!"]);
});

test("marks of entries that are not held any more are forgotten", () => {
  marks.page({ tallies: [tally(5, 2, ["👍", 3]), tally(50, 1, ["🎉", 1])], notes: [note(1, 5), note(2, 50)] }, 1, 99);
  marks.keepOnly(40, 99);
  expect([shown(5), shown(50)]).toEqual([[], ["🎉1"]]);
  expect([marks.notesAfter(5).length, marks.notesAfter(50).length]).toEqual([0, 1]);
  marks.note(note(1, 5));
  expect(marks.notesAfter(5)).toHaveLength(1);
});
