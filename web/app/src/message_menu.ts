// What one can do with a message: the menu at its side.

import { decodeBody, GroupKind, Role, type Client, type Entry, type Group } from "@stentor/sdk";
import { copied } from "./clipboard";
import { failureWords, openDialog, sayFailure, sayText, sure } from "./dialog";
import { button, el, isolated, setText } from "./dom";
import { late } from "./late";
import { linkToEntry } from "./links";
import { openMenu, type MenuItem } from "./menu";
import { showReaders } from "./readers";
import { t } from "./group_texts";
import { wholeTime } from "./texts";
import "./lists.css";

const EMOJI = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

export interface MessageActions {
  reply(entry: Entry): void;
  edit(entry: Entry): void;
  person(uid: number): void;
}

export function openMessageMenu(anchor: HTMLElement, client: Client, group: Group, entry: Entry, actions: MessageActions): void {
  const { seq, timeMs } = entry;
  const readBy = entry.sender === client.uid && !entry.recalled ? group.marks.readBy(seq) : 0;
  openMenu(anchor, t.more, messageMenu(client, group, entry, actions), [wholeTime(timeMs), `#${seq}`, readBy > 0 && t.readBy(readBy)].filter(Boolean).join(" · "));
}

// Whether it is too late for it is known to the server, which says so.
function messageMenu(client: Client, group: Group, entry: Entry, actions: MessageActions): MenuItem[] {
  const { seq } = entry;
  const hide: MenuItem = { label: t.deleteForMe, run: () => group.entryCommands.hide([seq], sayFailure) };
  if (entry.recalled) return [hide];
  const mine = entry.sender === client.uid;
  const moderates = group.role >= Role.ADMIN;
  // To announcements nobody answers, and who has read them is not told.
  const listens = group.opened?.settings?.kind === GroupKind.BROADCAST && !moderates;
  const text = decodeBody(entry.body)?.text ?? "";
  const items: MenuItem[] = EMOJI.map((emoji) => ({
    label: t.react(emoji), sign: emoji,
    run: () => react(group, entry, emoji),
  }));
  items.push({ label: t.reactOther, sign: "＋", run: () => late(() => import("./emoji_picker"), ({ pickEmoji }) => pickEmoji((emoji) => react(group, entry, emoji))) });
  if (!listens) items.push({ label: t.reply, run: () => actions.reply(entry) });
  if (mine) items.push({ label: t.edit, run: () => actions.edit(entry) });
  if (text !== "") items.push({ label: t.copyText, run: () => void copy(t.copyText, text) });
  items.push({ label: t.copyEntryLink, run: () => void copy(t.copyEntryLink, linkToEntry(group.gid, seq)) });
  if (text !== "") items.push({ label: t.forward, run: () => late(() => import("./forward"), ({ askForward }) => askForward(client, entry)) });
  if (!listens) items.push({ label: t.whoRead, run: () => showReaders(client, group, entry) });
  if (!mine && entry.sender > 0) items.push({ label: t.aboutPerson(isolated(client.users.name(entry.sender) ?? t.someone(entry.sender))), run: () => actions.person(entry.sender) });
  items.push(hide);
  if (moderates) items.push(pinItem(group, seq));
  if (!mine && group.opened?.settings?.kind !== GroupKind.BROADCAST) {
    items.push({ label: t.report, danger: true, run: () => late(() => import("./moderation/report_dialog"), ({ showReport }) => showReport(client, group, seq)) });
  }
  if (moderates && group.marks.reactions(seq).length > 0) items.push({ label: t.clearReactions, danger: true, run: () => showReactions(client, group, entry) });
  if (mine || moderates) {
    items.push({
      label: t.recall, danger: true,
      run: () => sure(t.recall, t.recallAsk, t.recall, (ended) => group.entryCommands.recall(seq, ended)),
    });
  }
  return items;
}

function pinItem(group: Group, seq: number): MenuItem {
  const pinned = group.opened?.settings?.pinned === seq ? 0 : seq;
  return {
    label: pinned > 0 ? t.pin : t.unpin,
    run: () => group.membership.configure({ pinned }, ["pinned"], (failure) => {
      if (!failure) group.events.configured({ pinned });
      sayFailure(failure);
    }),
  };
}

async function copy(what: string, text: string): Promise<void> {
  if (!(await copied(text))) sayText(what, t.copyFailed, text);
}

// What others have added, one kind at a time or all of it; for admins.
function showReactions(client: Client, group: Group, { seq }: Entry): void {
  openDialog(t.clearReactions, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const list = el("ul", { class: "people" });
    const clear = (emoji: string) => group.entryCommands.clearReactions(seq, emoji, (failure) => {
      setText(error, failure ? failureWords(failure) : "");
      if (!failure && emoji === "") close();
      client.changed();
    });
    let shown = "";
    const render = () => {
      const reactions = group.marks.reactions(seq);
      const looks = JSON.stringify(reactions);
      if (looks === shown) return;
      shown = looks;
      list.replaceChildren(...reactions.map(({ emoji, count }) => el("li", {}, el("span", { class: "who" }, t.reactions(emoji, count)), button(t.clearOne(emoji), () => clear(emoji)))));
    };
    const all = button(t.clearAll, () => clear(""), { class: "danger" });
    return { nodes: [el("p", {}, t.clearReactionsText), list, error, el("div", { class: "buttons" }, button(t.close, close), all)], render };
  });
}

function react(group: Group, entry: Entry, emoji: string): void {
  const mine = group.marks.reactions(entry.seq).some((one) => one.emoji === emoji && one.mine);
  group.entryCommands.react(entry.seq, emoji, !mine, sayFailure);
}
