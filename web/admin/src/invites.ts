// The links into a group that work now.

import { button, el } from "../../app/src/dom";
import type { AdminApi, Invite } from "./api";
import { said, type Notice } from "./notice";
import { Table } from "./table";
import { numberText, t } from "./texts";

export function invitesTable(api: AdminApi, notice: Notice, gid: number): HTMLElement {
  const table = new Table<Invite, string>(
    [t.number, t.madeBy, t.time, t.uses, t.until, ""],
    "",
    async (after) => {
      const { invites, next } = await api.invites(gid, after);
      return { rows: invites, next };
    },
    ({ invite, by, made_ms, expires_ms, uses, uses_max }) => [
      `${invite.slice(0, 6)}…`, String(by), new Date(made_ms).toLocaleString(), uses_max > 0 ? `${numberText(uses)} / ${numberText(uses_max)}` : uses,
      expires_ms > 0 ? new Date(expires_ms).toLocaleString() : "–",
      button(t.end, () => confirm(t.sure(t.end)) && void end(invite), { class: "danger" }),
    ],
  );
  const end = async (invite: string) => {
    if (await said(notice, api.post(`groups/${gid}/invites/end`, { invite }))) await table.load();
  };
  void said(notice, table.load()).then((good) => good && notice.say(""));
  return el("section", { class: "invites" }, el("h3", {}, t.invites), table.element);
}
