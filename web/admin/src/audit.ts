// Who did what to whom, from where; newest first.

import { el } from "../../app/src/dom";
import { auditLine } from "./audit_line";
import type { AdminApi, AuditRow } from "./api";
import { said, type Notice } from "./notice";
import { Table } from "./table";
import { t } from "./texts";

export class Audit {
  readonly element = el("section", { class: "audit" });

  constructor(api: AdminApi, notice: Notice) {
    const table = new Table<AuditRow, number>(
      [t.time, t.actor, t.address, t.action, t.object, t.change, t.result],
      0,
      async (before) => {
        const { audit, next } = await api.audit(before);
        return { rows: audit, next };
      },
      (row) => {
        const line = auditLine(row.what);
        return [new Date(row.time_ms).toLocaleString(), line.actor, line.address, line.action, line.object, line.change, line.result];
      },
    );
    this.element.append(table.element);
    void said(notice, table.load()).then((good) => good && notice.say(""));
  }

  close(): void {}
}
