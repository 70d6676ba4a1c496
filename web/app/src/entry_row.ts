// How one entry of the log looks.

import { decodeBody, Role, type Body, type Entry, type Group, type Reaction } from "@stentor/sdk";
import { bodyNodes, excerptOf } from "./body";
import { avatar, bdi, button, el, hued, isolated, moreButton } from "./dom";
import { isLong } from "./fold";
import { isMentioned } from "./mentions";
import { person } from "./person_press";
import { clockTime, t, wholeTime } from "./texts";

export interface Names {
  uid: number;
  nameOf(uid: number): string;
  // Long ones that somebody wants to see whole.
  unfolded: ReadonlySet<number>;
  // Those whose spoilers were shown.
  revealed: Set<number>;
  // Each in a line, with its name.
  compact: boolean;
}

export interface EntryActions {
  menu(entry: Entry, anchor: HTMLElement): void;
  react(entry: Entry, emoji: string, on: boolean): void;
  readers(entry: Entry): void;
  goTo(seq: number): void;
  // Shows a long one whole, or by its beginning again.
  fold(seq: number): void;
}

const QUOTE_LETTERS = 100;

// All that an entry shows besides itself; two that are equal look the same.
export interface Look {
  entry: Entry;
  body: Body | undefined;
  continued: boolean;
  mine: boolean;
  name: string;
  // Whether they moderate here; MEMBER where it is not known.
  role: Role;
  quote: { seq: number; name: string; text: string } | undefined;
  reactions: readonly Reaction[];
  readBy: number;
  // Nothing: it is short.
  fold: "folded" | "unfolded" | undefined;
  compact: boolean;
}

export function lookOf(group: Group, entry: Entry, continued: boolean, names: Names): Look {
  const { marks } = group;
  const mine = entry.sender === names.uid;
  const body = entry.recalled ? undefined : decodeBody(entry.body);
  return {
    entry, body, continued, mine,
    name: names.nameOf(entry.sender),
    role: group.moderation.staff.get(entry.sender) ?? Role.MEMBER,
    quote: body && body.replyTo > 0 ? quoteOf(group, body.replyTo, names) : undefined,
    reactions: marks.reactions(entry.seq),
    readBy: mine ? marks.readBy(entry.seq) : 0,
    fold: !isLong(body?.text ?? "") ? undefined : names.unfolded.has(entry.seq) ? "unfolded" : "folded",
    compact: names.compact,
  };
}

function quoteOf(group: Group, seq: number, names: Names): Look["quote"] {
  const entry = group.marks.hidden.has(seq) ? undefined : group.entryCache.entry(seq);
  if (!entry) return { seq, name: "", text: t.quoteGone };
  const text = entry.recalled ? t.recalled : excerptOf(decodeBody(entry.body), QUOTE_LETTERS);
  return { seq, name: entry.sender === names.uid ? t.you : names.nameOf(entry.sender), text };
}

export function looksOf({ entry, continued, name, role, quote, reactions, readBy, fold, compact }: Look): string {
  return JSON.stringify([entry.revision, continued, name, role, quote, reactions, readBy, fold, compact]);
}

export function entryNode(look: Look, names: Names, actions: EntryActions): HTMLElement {
  const { entry, body, continued, mine, name, compact } = look;
  const { seq, sender, timeMs, recalled } = entry;
  const bubble = el("div", { class: "bubble" },
    (compact || (!continued && !mine)) && authorNode(look),
    look.quote && quoteNode(look.quote, actions),
    ...(recalled ? [el("em", { class: "text" }, t.recalled)] : bodyNodes(body, names.uid, { shown: names.revealed.has(seq), show: () => names.revealed.add(seq) })),
    look.fold && button(look.fold === "folded" ? t.showAll : t.showLess, () => actions.fold(seq), { class: "fold link" }),
    metaNode(look),
    look.reactions.length > 0 && reactionsNode(look, actions),
  );
  const called = !mine && isMentioned(body, names.uid);
  const classes = ["row", mine ? "mine" : "theirs", continued && "continued", called && "called", look.fold].filter(Boolean).join(" ");
  const label = `${mine ? t.you : isolated(name)}, ${clockTime(timeMs)}${called ? `, ${t.mentionsYou}` : ""}`;
  const more = moreButton(`${t.more}: ${label}`, (anchor) => actions.menu(entry, anchor));
  const aside = el("span", { class: "aside" }, more, detailsNode(look, actions));
  return el("article", { class: classes, "data-seq": seq, "aria-label": label },
    !mine && (continued ? el("span", { class: "avatar-space" }) : person(sender, avatar(sender, name))),
    mine && aside, bubble, !mine && aside,
  );
}

function authorNode({ entry: { sender }, mine, name, role }: Look): HTMLElement {
  const mark = role > Role.MEMBER && el("span", { class: "role" }, t.roleMarks[role] ?? "");
  return hued(sender, el("span", { class: "author" }, mine ? bdi(t.you) : person(sender, bdi(name)), mark));
}

function metaNode({ entry: { seq, timeMs, recalled, revision, changedMs } }: Look): HTMLElement {
  const edited = revision > 0 && !recalled && el("span", { class: "edited", title: wholeTime(changedMs) }, t.edited);
  const time = el("time", { datetime: new Date(timeMs).toISOString(), title: `${wholeTime(timeMs)} · #${seq}` }, clockTime(timeMs));
  return el("span", { class: "meta" }, edited, time);
}

// Seen by whoever points at the message, or has come to it by keyboard.
function detailsNode({ entry, readBy }: Look, actions: EntryActions): HTMLElement {
  const read = readBy > 0 && !entry.recalled && button(t.readBy(readBy), () => actions.readers(entry), { class: "read-by link" });
  return el("span", { class: "details" }, read, el("span", { class: "seq" }, `#${entry.seq}`));
}

function quoteNode({ seq, name, text }: NonNullable<Look["quote"]>, actions: EntryActions): HTMLElement {
  const node = button("", () => actions.goTo(seq), { class: "quote", "data-quotes": seq });
  if (name !== "") node.append(bdi(name, { class: "quoted" }));
  node.append(bdi(text));
  return node;
}

function reactionsNode({ entry, reactions }: Look, actions: EntryActions): HTMLElement {
  const buttons = reactions.map(({ emoji, count, mine }) =>
    button(`${emoji} ${count}`, () => actions.react(entry, emoji, !mine), {
      class: "reaction", "aria-pressed": String(mine), "aria-label": t.reactions(emoji, count), "data-emoji": emoji,
    }),
  );
  return el("div", { class: "reactions" }, ...buttons);
}
