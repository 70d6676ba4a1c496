// Who is in the group: found by the beginning of the name, and what may be done about each. Admins also
// see who waits for approval, and who is banned.

import { Role, type Client, type Group, type Member } from "@stentor/sdk";
import { openBeside } from "./beside";
import { failureWords } from "./dialog";
import { avatar, bdi, button, el, moreButton, setText } from "./dom";
import { memberMenu } from "./member_menu";
import { openMenu } from "./menu";
import { t } from "./group_texts";
import { wholeTime } from "./texts";
import "./lists.css";

const TYPED_MS = 200;
// In a larger group somebody always comes or goes; what one looks at there is not asked for again.
const FOLLOWED_MAX = 1_000;

export function showMembers(client: Client, group: Group): void {
  openBeside(t.membersTitle, (close) => {
    const moderates = group.role >= Role.ADMIN;
    const find = el("input", { type: "search", "aria-label": t.membersFind, placeholder: t.membersFind, autocomplete: "off", maxlength: 64 });
    const error = el("p", { class: "error", role: "alert" });
    const waiting = el("section", { class: "waiting", "aria-label": t.pendingTitle });
    const out = el("section", { class: "out", "aria-label": t.bannedTitle });
    const list = el("ul", { class: "people" });
    const { changed } = client;
    let members = group.membership.list("", "members", changed);
    const pending = group.membership.list("", "waiting", changed);
    const banned = group.membership.list("", "banned", changed);
    const again = () => {
      members.again();
      if (!moderates) return;
      pending.again();
      banned.again();
    };
    again();
    const more = button(t.showMore, () => members.more(), { class: "link" });
    const moreBanned = button(t.showMore, () => banned.more(), { class: "link" });

    let timer: ReturnType<typeof setTimeout> | undefined;
    find.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        members = group.membership.list(find.value.trim(), "members", changed);
        members.more();
      }, TYPED_MS);
    });

    let counted = group.opened?.members ?? 0;
    let moved = group.moderation.moved;
    const follow = () => {
      // Somebody asks to join, or another admin has decided.
      if (moderates && moved !== group.moderation.moved) pending.again();
      moved = group.moderation.moved;
      const count = group.opened?.members ?? 0;
      if (count === counted || count > FOLLOWED_MAX) return;
      counted = count;
      again();
    };

    let shown = "";
    const render = () => {
      follow();
      if (members.failure) setText(error, failureWords(members.failure));
      const looks = JSON.stringify([members.items, members.complete, members.loading && members.items.length === 0, pending.items, banned.items, banned.complete, group.role, [...client.blocked]]);
      if (looks === shown) return;
      shown = looks;
      more.hidden = members.complete || members.items.length === 0;
      const nodes = members.items.map((member) => memberNode(client, group, member, { close, again, error }));
      if (nodes.length === 0) nodes.push(el("li", { class: "hint" }, members.loading ? t.loading : t.membersNone));
      list.replaceChildren(...nodes);
      out.hidden = banned.items.length === 0;
      moreBanned.hidden = banned.complete;
      out.replaceChildren(el("h3", {}, t.bannedTitle), el("ul", { class: "people" }, ...banned.items.map((one) => bannedNode(group, one, again, error))), moreBanned);
      waiting.hidden = pending.items.length === 0;
      waiting.replaceChildren(el("h3", {}, t.pendingTitle), el("ul", { class: "people" }, ...pending.items.map((one) => pendingNode(group, one, again, error))));
    };
    return { nodes: [find, error, waiting, list, more, out, el("div", { class: "buttons" }, button(t.close, close, { class: "primary" }))], render };
  });
}

export interface MembersPage {
  close(): void;
  again(): void;
  error: HTMLElement;
}

function memberNode(client: Client, group: Group, member: Member, page: MembersPage): HTMLElement {
  const { uid, name, role, mutedUntilMs } = member;
  const marks = [
    role > Role.MEMBER && t.roles[role],
    mutedUntilMs > client.connection.serverNow() && t.mutedUntil(wholeTime(mutedUntilMs)),
    client.blocked.has(uid) && t.blocked,
  ].filter(Boolean).join(" · ");
  const more = moreButton(`${t.more}: ${name}`, (anchor) => openMenu(anchor, name, memberMenu(client, group, member, page)));
  return el("li", { "data-uid": uid },
    avatar(uid, name), el("span", { class: "who" }, bdi(name), uid === client.uid && ` (${t.you})`),
    el("span", { class: "hint" }, marks), uid !== client.uid && more,
  );
}

function pendingNode(group: Group, { uid, name }: Member, again: () => void, error: HTMLElement): HTMLElement {
  const decide = (accept: boolean) =>
    group.membership.decide(uid, accept, (failure) => {
      setText(error, failure ? failureWords(failure) : "");
      again();
    });
  return el("li", { "data-uid": uid },
    avatar(uid, name), el("span", { class: "who" }, bdi(name)),
    button(t.reject, () => decide(false)), button(t.accept, () => decide(true), { class: "primary" }),
  );
}

function bannedNode(group: Group, { uid, name }: Member, again: () => void, error: HTMLElement): HTMLElement {
  const lift = () =>
    group.membership.change(uid, { case: "ban", value: false }, "", (failure) => {
      setText(error, failure ? failureWords(failure) : "");
      again();
    });
  return el("li", { "data-uid": uid }, avatar(uid, name), el("span", { class: "who" }, bdi(name)), button(t.unban, lift));
}
