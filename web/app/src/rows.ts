// What stands in the timeline, row by row, as plain values; and how one row looks.

import { Code, decodeBody, EntryKind, hexOf, type Entry, type Group, type Pending } from "@stentor/sdk";
import { avatar, button, el, hue, icon } from "./dom";
import { clockTime, dayKey, dayName, duration, t, wholeTime } from "./texts";
import { wordsOf } from "./words";

export interface Row {
  key: string;
  // The node is made again when this changes, and only then.
  looks: string;
  seq: number;
  make(): HTMLElement;
}

export interface Names {
  uid: number;
  nameOf(uid: number): string;
}

export interface PendingActions {
  sendAgain(item: Pending): void;
  discard(item: Pending): void;
}

// Messages of one person within this time stand together under one name.
const RUN_MS = 5 * 60_000;
// A wait that is over before one has decided to give up.
const SHORT_MS = 3_000;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}，。；：！？）】]/g;

export function entryRows(group: Group, from: number, to: number, newAfter: number, names: Names): Row[] {
  const rows: Row[] = [];
  let before = group.log.at(from - 1);
  for (let seq = from; seq <= to; ++seq) {
    const entry = group.log.at(seq);
    if (!entry) continue;
    if (!before || dayKey(before.timeMs) !== dayKey(entry.timeMs)) rows.push(dayRow(entry));
    if (seq === newAfter + 1 && newAfter > 0) rows.push(ruleRow(`n${seq}`, "new-rule", t.newMessages));
    if (!group.marks.hidden.has(seq)) rows.push(entryRow(entry, continues(before, entry, newAfter), names));
    before = entry;
  }
  return rows;
}

function continues(before: Entry | undefined, entry: Entry, newAfter: number): boolean {
  return (
    before !== undefined &&
    before.sender === entry.sender &&
    before.kind === entry.kind &&
    before.seq !== newAfter &&
    entry.timeMs - before.timeMs < RUN_MS &&
    dayKey(before.timeMs) === dayKey(entry.timeMs)
  );
}

function dayRow({ seq, timeMs }: Entry): Row {
  const name = dayName(timeMs);
  return ruleRow(`d${seq}`, "day-rule", name);
}

export function ruleRow(key: string, kind: string, words: string): Row {
  return { key, looks: words, seq: 0, make: () => el("div", { class: `rule ${kind}` }, el("span", {}, words)) };
}

function entryRow(entry: Entry, continued: boolean, names: Names): Row {
  const { seq, sender, revision, kind } = entry;
  const name = names.nameOf(sender);
  const looks = `${revision} ${continued} ${name}`;
  const make = kind === EntryKind.SYSTEM || sender === 0 ? () => systemNode(entry) : () => entryNode(entry, continued, name, sender === names.uid);
  return { key: `e${seq}`, looks, seq, make };
}

function systemNode(entry: Entry): HTMLElement {
  return el("div", { class: "system", "data-seq": entry.seq }, decodeBody(entry.body)?.text ?? "");
}

function entryNode(entry: Entry, continued: boolean, name: string, mine: boolean): HTMLElement {
  const { seq, sender, timeMs, recalled, revision } = entry;
  const time = el("time", { datetime: new Date(timeMs).toISOString(), title: wholeTime(timeMs) }, clockTime(timeMs));
  const meta = el("span", { class: "meta" },
    revision > 0 && !recalled && t.edited, time, el("span", { class: "seq" }, `#${seq}`),
  );
  const bubble = el("div", { class: "bubble" },
    !continued && !mine && el("span", { class: `author ${hue(sender)}` }, name),
    ...contentOf(entry), meta,
  );
  const classes = ["row", mine ? "mine" : "theirs", continued ? "continued" : ""].join(" ");
  return el("article", { class: classes, "data-seq": seq, "aria-label": `${mine ? t.you : name}, ${clockTime(timeMs)}` },
    !mine && (continued ? el("span", { class: "avatar-space" }) : avatar(sender, name)), bubble,
  );
}

function contentOf({ recalled, body }: { recalled: boolean; body: Uint8Array }): Node[] {
  if (recalled) return [el("em", { class: "text" }, t.recalled)];
  const said = decodeBody(body);
  if (!said) return [el("em", { class: "text" }, t.unreadable)];
  const nodes: Node[] = said.attachments.map(({ kind, name }) => el("em", { class: "text" }, t.attachment(kind, name)));
  if (said.text !== "") nodes.push(textNode(said.text));
  return nodes.length > 0 ? nodes : [el("em", { class: "text" }, t.unreadable)];
}

// Addresses become links; everything else, and the addresses' own letters, stay text.
function textNode(text: string): HTMLElement {
  const node = el("span", { class: "text", dir: "auto" });
  let at = 0;
  for (const { 0: address, index } of text.matchAll(LINK)) {
    node.append(text.slice(at, index), el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
    at = index + address.length;
  }
  node.append(text.slice(at));
  return node;
}

// Below all that is numbered, until the log has reached it.
export function pendingRow(item: Pending, online: boolean, actions: PendingActions): Row {
  const waitMs = item.retryAtMs === undefined ? 0 : Math.max(0, item.retryAtMs - Date.now());
  const words = pendingWords(item, online, waitMs);
  const make = () => {
    const mark = item.state === "refused" ? icon("alert") : item.state === "kept" ? icon("check") : icon("clock");
    const stuck = item.state === "refused" || (item.state === "waiting" && waitMs > SHORT_MS);
    const buttons = el("span", { class: "actions" },
      item.state === "refused" && button(t.sendAgain, () => actions.sendAgain(item), { class: "link" }),
      button(t.discard, () => actions.discard(item), { class: "link" }),
    );
    return el("article", { class: "row mine pending", "data-state": item.state },
      el("div", { class: "bubble" }, ...contentOf({ recalled: false, body: item.body }),
        el("span", { class: "meta" }, mark, el("span", {}, words), stuck && buttons)),
    );
  };
  return { key: `p${hexOf(item.cmid)}`, looks: `${item.state} ${waitMs > SHORT_MS} ${words}`, seq: 0, make };
}

function pendingWords({ state, refusal }: Pending, online: boolean, waitMs: number): string {
  if (state === "kept") return t.kept;
  if (state === "refused") return refusal ? `${t.notSent}. ${wordsOf(refusal)}` : t.notSent;
  if (!online) return t.offlineWaiting;
  if (refusal?.code === Code.RATE_LIMITED && waitMs > 0) return t.goesOutIn(duration(waitMs));
  if (refusal && waitMs > 0) return `${wordsOf({ code: refusal.code })} ${t.retryIn(duration(waitMs))}`;
  if (state === "sending") return t.sending;
  return state === "unknown" ? t.unknown : t.waiting;
}
