// One group: what it is told, its settings, and its members.

import { button, el } from "../../app/src/dom";
import type { AdminApi, Group, Member } from "./api";
import { moderationTable } from "./moderation";
import { said, type Notice } from "./notice";
import { lineForm, Table } from "./table";
import { t } from "./texts";

const number = (text: string) => Number(text) || 0;
const ROLES = ["member", "admin", "owner"];

export function groupPage(api: AdminApi, notice: Notice, group: Group): HTMLElement {
  const path = `groups/${group.gid}`;
  let prefix = "";
  const banned = el("select", { "aria-label": t.state }, el("option", { value: "false" }, t.members), el("option", { value: "true" }, t.banned));
  banned.addEventListener("change", () => load());
  const table = new Table<Member, string>(
    [t.number, t.name, t.role, t.state, ""],
    "",
    async (after) => {
      const { members, next } = await api.members(group.gid, prefix, banned.value, after);
      return { rows: members, next };
    },
    (member) => [member.uid, el("bdi", {}, member.name), roleOf(member), stateOf(member), actsOn(member)],
  );
  const load = () => void said(notice, table.load()).then((good) => good && notice.say(""));
  const act = async (member: Member, what: string, body: Record<string, string | number> = {}) => {
    if (await said(notice, api.post(`${path}/members/${member.uid}/${what}`, body))) await table.load();
  };

  function roleOf(member: Member): HTMLElement | string {
    if (member.banned) return "";
    const choice = el("select", { "aria-label": t.role }, ...ROLES.map((role) => el("option", { selected: role === member.role }, role)));
    choice.addEventListener("change", () => void act(member, "role", { role: choice.value }));
    return choice;
  }

  function actsOn(member: Member): HTMLElement {
    const muted = member.muted_until_ms > 0;
    const sure = (what: string) => confirm(t.sure(`${what}: ${member.name}`));
    if (member.banned) return button(t.unban, () => sure(t.unban) && void act(member, "unban"));
    return el(
      "div",
      { class: "acts" },
      button(t.kick, () => sure(t.kick) && void act(member, "kick")),
      button(t.ban, () => sure(t.ban) && void act(member, "ban"), { class: "danger" }),
      button(muted ? t.unmute : t.mute, () => void (muted ? act(member, "unmute") : act(member, "mute", { minutes: 60 }))),
    );
  }

  load();
  return el(
    "div",
    { class: "group" },
    el("h2", {}, el("bdi", {}, group.name)),
    lineForm(t.text, t.send, (text) => void said(notice, api.post(`${path}/send`, { text }))),
    lineForm(t.recall, t.save, (seq) => void said(notice, api.post(`${path}/recall`, { seq: number(seq) })), "number"),
    lineForm(t.slowMode, t.save, (text) => void said(notice, api.post(`${path}/configure`, { slow_mode_s: number(text) })), "number"),
    lineForm(
      t.search,
      t.find,
      (text) => {
        prefix = text;
        load();
      },
      "search",
    ),
    banned,
    table.element,
    moderationTable(api, notice, group.gid),
    button(t.deleteGroup, () => confirm(t.sureForGood(`${t.deleteGroup}: ${group.name}`)) && void said(notice, api.post(`${path}/delete`)), { class: "danger" }),
  );
}

function stateOf(member: Member): string {
  return [member.muted_until_ms > 0 ? t.muted : "", member.banned ? t.banned : ""].filter(Boolean).join(", ");
}
