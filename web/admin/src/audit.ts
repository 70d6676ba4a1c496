// Who did what to whom, from where; newest first.

import { el } from "../../app/src/dom";
import { auditLine } from "./audit_line";
import type { AdminApi, AuditRow } from "./api";
import { said, type Notice } from "./notice";
import { lineForm, Table } from "./table";
import { t } from "./texts";

const PAGES_MAX = 40;

export class Audit {
  readonly element = el("section", { class: "audit" });

  constructor(api: AdminApi, notice: Notice) {
    let by = "";
    const find = lineForm(t.onlyBy, t.find, (name) => {
      by = name.trim();
      load();
    }, "search");
    const table = new Table<AuditRow, number>(
      [t.time, t.actor, t.address, t.action, t.object, t.change, t.result],
      0,
      async (before) => {
        // Pages on which they did nothing are passed over.
        for (let from = before, pages = 1; ; ++pages) {
          const { audit, next } = await api.audit(from);
          const rows = audit.filter(({ what }) => by === "" || auditLine(what).actor.toLowerCase().includes(by.toLowerCase()));
          if (rows.length > 0 || next === 0 || pages >= PAGES_MAX) return { rows, next };
          from = next;
        }
      },
      (row) => {
        const line = auditLine(row.what);
        return [new Date(row.time_ms).toLocaleString(), line.actor, line.address, line.action, line.object, line.change, line.result];
      },
    );
    const load = () => void said(notice, table.load()).then((good) => good && notice.say(""));
    this.element.append(find, table.element);
    load();
  }

  close(): void {}
}
