// Who somebody is in this group, and what may be done about them.

import { Role, type Client, type Group, type Member } from "@stentor/sdk";
import { openDialog } from "../dialog";
import { avatar, bdi, button, el, isolated, setText } from "../dom";
import { memberMenu } from "../member_menu";
import { dayName, wholeTime } from "../texts";
import { t } from "./texts";
import "../lists.css";

export function showPerson(client: Client, group: Group, uid: number, name: string): void {
  openDialog(t.about(isolated(name)), (close) => {
    const about = el("p", { class: "hint", role: "status" }, t.loading);
    const error = el("p", { class: "error", role: "alert" });
    const acts = el("div", { class: "acts" });
    let shown = "";
    let member: Member | undefined;
    let asked = false;
    const again = () => group.moderation.member(uid, (found) => {
      asked = true;
      member = found;
      client.changed();
    });
    again();
    const render = () => {
      if (!asked) return;
      const looks = JSON.stringify([member, group.role, client.blocked.has(uid)]);
      if (looks === shown) return;
      shown = looks;
      setText(about, aboutWords(client, member));
      // Somebody who has left can still be written to, blocked and banned.
      const known = member ?? { uid, name, role: Role.NONE, mutedUntilMs: 0, joinedMs: 0, banned: false };
      const items = uid === client.uid ? [] : memberMenu(client, group, known, { close, again, error });
      acts.replaceChildren(...items.map(({ label, danger, run }) => button(label, run, danger ? { class: "danger" } : {})));
    };
    return {
      nodes: [
        el("p", { class: "whose" }, avatar(uid, name), bdi(name)), about, error, acts,
        el("div", { class: "buttons" }, button(t.close, close, { class: "primary" })),
      ],
      render,
    };
  });
}

function aboutWords(client: Client, member: Member | undefined): string {
  if (!member) return t.notMember;
  const { uid, role, joinedMs, mutedUntilMs } = member;
  return [
    uid === client.uid && t.own,
    t.roles[role],
    joinedMs > 0 && t.joined(dayName(joinedMs)),
    mutedUntilMs > client.connection.serverNow() && t.mutedUntil(wholeTime(mutedUntilMs)),
    client.blocked.has(uid) && t.blocked,
  ].filter(Boolean).join(" · ");
}
