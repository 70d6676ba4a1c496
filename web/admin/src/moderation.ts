// A group's moderation log: what was reported there, with what the operator may do about it, and what was done.

import { button, el } from "../../app/src/dom";
import type { AdminApi, ModerationRow } from "./api";
import { said, type Notice } from "./notice";
import { Table } from "./table";
import { t } from "./texts";

export function moderationTable(api: AdminApi, notice: Notice, gid: number): HTMLElement {
  const table = new Table<ModerationRow, number>(
    [t.time, t.actor, t.action, t.object, t.reason, ""],
    0,
    async (before) => {
      const { rows, next } = await api.moderation(gid, before);
      return { rows, next };
    },
    (row) => [new Date(row.time_ms).toLocaleString(), row.by === 0 ? "–" : String(row.by), row.kind, objectOf(row), el("bdi", {}, row.reason), actsOn(row)],
  );
  const post = (path: string, seq: number) => api.post(`groups/${gid}/${path}`, { seq });
  const act = async (acts: Promise<unknown>) => {
    if (await said(notice, acts)) await table.load();
  };
  // What is taken back needs no further decision.
  const takeDown = (seq: number) => post("recall", seq).then(() => post("reports/dismiss", seq));

  function actsOn({ kind, seq }: ModerationRow): HTMLElement | string {
    if (kind !== "report") return "";
    return el("div", { class: "acts" },
      button(t.takeDown, () => confirm(t.sure(`${t.takeDown}: #${seq}`)) && void act(takeDown(seq)), { class: "danger" }),
      button(t.dismiss, () => confirm(t.sure(`${t.dismiss}: #${seq}`)) && void act(post("reports/dismiss", seq))),
    );
  }

  void said(notice, table.load()).then((good) => good && notice.say(""));
  return el("section", { class: "moderation" }, el("h3", {}, t.moderation), table.element);
}

function objectOf({ uid, seq, value }: ModerationRow): string {
  return [uid > 0 ? String(uid) : "", seq > 0 ? `#${seq}` : "", value > 0 ? `(${value})` : ""].filter(Boolean).join(" ");
}
