// What stands in the timeline, row by row, as plain values.

import { decodeBody, EntryKind, isDamage, type Entry, type Group, type Note } from "@stentor/sdk";
import { bdi, el, isolated } from "./dom";
import { entryNode, lookOf, looksOf, type EntryActions, type Names } from "./entry_row";
import { dayKey } from "./days";
import { pendingRow, type PendingActions } from "./pending_row";
import { clockTime, dayName, t, wholeTime } from "./texts";
import { noteWords } from "./words";

export interface Row {
  key: string;
  // The node is made again when this changes, and only then.
  looks: string;
  seq: number;
  make(): HTMLElement;
}

// Messages of one person within this time stand together under one name.
const RUN_MS = 5 * 60_000;

// What of the group is drawn, and how.
export interface Drawn {
  first: number;
  last: number;
  // It has been open.
  began: boolean;
  follows: boolean;
  // Nothing that is written goes out now.
  silent: boolean;
  newAfter: number;
}

export function timelineRows(group: Group, drawn: Drawn, names: Names, actions: EntryActions & PendingActions): Row[] {
  const { log, head, outbox } = group;
  const { first, last, began, follows, silent } = drawn;
  const rows: Row[] = [];
  if (!began || first === log.first) rows.push(edgeRow(group, began));
  rows.push(...entryRows(group, first, last, drawn.newAfter, names, actions));
  if (last < log.last) return rows;
  // What was written stands below all that is numbered.
  if (began && !follows && log.last < head) return [...rows, ...gapRows(group)];
  if (began) rows.push(...damagedEndRows(group));
  if (began && log.last === 0 && outbox.items.length === 0) rows.push(ruleRow("empty", "empty-rule", t.emptyGroup));
  for (const item of outbox.items) rows.push(pendingRow(item, !silent, actions));
  return rows;
}

// Above the first row: why nothing older is there.
function edgeRow({ history, floor, refusal }: Group, began: boolean): Row {
  const unread = !began && refusal && isDamage(refusal) ? t.damagedNewest : undefined;
  const older = history.damaged ? t.damagedOlder : !history.complete ? t.loading : floor > 0 ? t.beginningForYou : t.beginning;
  return ruleRow("edge", "edge-rule", began ? older : (unread ?? t.loading));
}

// Below the last one, while the group cannot be opened again.
function damagedEndRows({ state, refusal }: Group): Row[] {
  return state === "opening" && refusal && isDamage(refusal) ? [ruleRow("damaged", "edge-rule", t.damagedNewest)] : [];
}

// Below the last one that is held, while those between it and the newest are not.
function gapRows({ log, head }: Group): Row[] {
  return log.last < head ? [ruleRow("more", "edge-rule", t.loading)] : [];
}

function entryRows(group: Group, from: number, to: number, newAfter: number, names: Names, actions: EntryActions): Row[] {
  const { log, marks } = group;
  // A note may stand before the first entry that one sees: the greeting of somebody who has just joined.
  const rows: Row[] = from === log.first ? noteRows(marks.notesAfter(from - 1), names) : [];
  let before = log.at(from - 1);
  for (let seq = from; seq <= to; ++seq) {
    const entry = log.at(seq);
    if (!entry) continue;
    if (!before || dayKey(before.timeMs) !== dayKey(entry.timeMs)) rows.push(dayRow(entry));
    if (seq === newAfter + 1 && newAfter > 0) rows.push(ruleRow(`n${seq}`, "new-rule", t.newMessages));
    if (!marks.hidden.has(seq)) rows.push(entryRow(group, entry, continues(group, before, entry, newAfter), names, actions));
    rows.push(...noteRows(marks.notesAfter(seq), names));
    before = entry;
  }
  return rows;
}

function continues({ marks }: Group, before: Entry | undefined, entry: Entry, newAfter: number): boolean {
  return (
    before !== undefined &&
    before.sender === entry.sender &&
    before.kind === entry.kind &&
    before.seq !== newAfter &&
    !marks.hidden.has(before.seq) &&
    marks.notesAfter(before.seq).length === 0 &&
    entry.timeMs - before.timeMs < RUN_MS &&
    dayKey(before.timeMs) === dayKey(entry.timeMs)
  );
}

function dayRow({ seq, timeMs }: Entry): Row {
  const name = dayName(timeMs);
  return ruleRow(`d${seq}`, "day-rule", name);
}

function ruleRow(key: string, kind: string, words: string): Row {
  return { key, looks: words, seq: 0, make: () => el("div", { class: `rule ${kind}` }, el("span", {}, words)) };
}

function entryRow(group: Group, entry: Entry, continued: boolean, names: Names, actions: EntryActions): Row {
  const { seq, kind } = entry;
  if (kind === EntryKind.SYSTEM) {
    return { key: `e${seq}`, looks: `${entry.revision}`, seq, make: () => systemNode(entry) };
  }
  const look = lookOf(group, entry, continued, names);
  return { key: `e${seq}`, looks: looksOf(look), seq, make: () => entryNode(look, names, actions) };
}

function systemNode(entry: Entry): HTMLElement {
  const text = entry.recalled ? t.recalled : (decodeBody(entry.body)?.text ?? "");
  return el("div", { class: "system", "data-seq": entry.seq, dir: "auto" }, el("span", { class: "text" }, text));
}

function noteRows(notes: readonly Note[], names: Names): Row[] {
  return notes.map((note) => {
    const from = note.from === 0 ? t.onlyYou : t.noteFrom(isolated(names.nameOf(note.from)));
    return { key: `o${note.noteId}`, looks: from, seq: 0, make: () => noteNode(note, from) };
  });
}

// Unlike anything that others see.
function noteNode(note: Note, from: string): HTMLElement {
  const { timeMs } = note;
  return el("aside", { class: "private-note", "aria-label": from },
    el("span", { class: "from" }, from, " · ", el("time", { title: wholeTime(timeMs) }, clockTime(timeMs))),
    bdi(noteWords(note), { class: "text" }),
  );
}
