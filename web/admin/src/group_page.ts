// One group: what it is told, its settings, and its members.

import { button, el, setText } from "../../app/src/dom";
import type { AdminApi, Group, Member } from "./api";
import { invitesTable } from "./invites";
import { moderationTable } from "./moderation";
import { said, type Notice } from "./notice";
import { lineForm, Table } from "./table";
import { t } from "./texts";

const number = (text: string) => Number(text) || 0;
const ROLES = ["member", "admin", "owner"];

export function groupPage(api: AdminApi, notice: Notice, group: Group): HTMLElement {
  const path = `groups/${group.gid}`;
  let prefix = "";
  const banned = el("select", { name: "state" }, el("option", { value: "false" }, t.members), el("option", { value: "true" }, t.banned));
  banned.addEventListener("change", () => load());
  const table = new Table<Member, string>(
    [t.number, t.name, t.role, t.state, ""],
    "",
    async (after) => {
      const { members, next } = await api.members(group.gid, prefix, banned.value, after);
      return { rows: members, next };
    },
    (member) => [String(member.uid), el("bdi", {}, member.name), roleOf(member), stateOf(member), actsOn(member)],
  );
  const load = () => void said(notice, table.load()).then((good) => good && notice.say(""));
  const act = async (member: Member, what: string, body: Record<string, string | number> = {}) => {
    if (await said(notice, api.post(`${path}/members/${member.uid}/${what}`, body))) await table.load();
  };

  function roleOf(member: Member): HTMLElement | string {
    if (member.banned) return "";
    const choice = el("select", { "aria-label": t.role }, ...ROLES.map((role) => el("option", { selected: role === member.role }, role)));
    choice.addEventListener("change", () => {
      if (confirm(t.roleAsk(member.name, choice.value))) void act(member, "role", { role: choice.value });
      else choice.value = member.role;
    });
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

  const slow = lineForm(t.slowMode, t.save, (text) => {
    void said(notice, api.post(`${path}/configure`, { slow_mode_s: number(text) }));
    return false;
  }, "number", { min: 0, max: 3_600, name: "slow" });
  load();
  // A group that nobody owns has none.
  const now = el("p", { class: "soft" });
  void api.settings(group.gid).then(({ slow_mode_s, join_policy, topic }) => {
    const input = slow.querySelector("input");
    if (input) input.value = String(slow_mode_s);
    setText(now, [topic, t.whoJoins(t.joinPolicies[join_policy] ?? "")].filter(Boolean).join(" · "));
  }, () => {});
  return el(
    "div",
    { class: "group" },
    el("h2", {}, el("bdi", {}, group.name)), now,
    lineForm(t.text, t.send, (text) => void said(notice, api.post(`${path}/send`, { text }))),
    lineForm(t.recall, t.takeDown, (seq) => {
      if (!confirm(t.recallAsk(seq))) return false;
      void said(notice, api.post(`${path}/recall`, { seq: number(seq) }));
      return true;
    }, "number", { min: 1, required: 1 }),
    slow,
    lineForm(
      t.search,
      t.find,
      (text) => {
        prefix = text;
        load();
      },
      "search",
    ),
    el("label", {}, t.state, " ", banned),
    table.element,
    invitesTable(api, notice, group.gid),
    moderationTable(api, notice, group.gid),
    button(t.deleteGroup, () => confirm(t.sureForGood(`${t.deleteGroup}: ${group.name}`)) && void said(notice, api.post(`${path}/delete`)), { class: "danger" }),
  );
}

function stateOf(member: Member): string {
  return [member.muted_until_ms > 0 ? t.muted : "", member.banned ? t.banned : ""].filter(Boolean).join(", ");
}
