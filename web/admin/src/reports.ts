// What members have reported and nobody has decided, in all groups: looked through page by page.

import { button, el, setText } from "../../app/src/dom";
import type { AdminApi, OpenReport } from "./api";
import { said, type Notice } from "./notice";
import { Table } from "./table";
import { t } from "./texts";

export class Reports {
  readonly element = el("section", { class: "reports" });
  readonly #table: Table<OpenReport, number>;

  constructor(
    private readonly api: AdminApi,
    private readonly notice: Notice,
  ) {
    this.#table = new Table(
      [t.time, t.group, t.message, t.author, t.why, ""],
      0,
      async (after) => {
        // Pages without any are passed over.
        for (let from = after; ;) {
          const { reports, next } = await api.reports(from);
          if (reports.length > 0 || next === 0 || !this.element.isConnected) return { rows: reports, next };
          from = next;
        }
      },
      (one) => [new Date(one.time_ms).toLocaleString(), el("bdi", {}, one.group || `#${one.gid}`), `#${one.seq}`, el("bdi", {}, one.author || String(one.uid)),
        el("ul", {}, ...one.reasons.map((reason) => el("li", {}, el("bdi", {}, reason)))), this.#acts(one)],
      t.reportsNone,
    );
    const state = el("p", { class: "soft", role: "status" }, t.loading);
    this.element.append(el("p", { class: "soft" }, t.reportsHint), state, this.#table.element);
    queueMicrotask(() => void said(notice, this.#table.load()).then((good) => {
      setText(state, "");
      if (good) notice.say("");
    }));
  }

  close(): void {}

  #acts({ gid, epoch, seq }: OpenReport): HTMLElement {
    const post = (path: string) => this.api.post(`groups/${gid}/${path}`, { epoch, seq });
    const act = async (acts: Promise<unknown>) => {
      if (await said(this.notice, acts)) await this.#table.load();
    };
    // What is taken back needs no further decision.
    const takeDown = () => post("recall").then(() => post("reports/dismiss"));
    return el("div", { class: "acts" },
      button(t.takeDown, () => confirm(t.recallAsk(String(seq))) && void act(takeDown()), { class: "danger", "aria-label": `${t.takeDown}: #${seq}` }),
      button(t.dismiss, () => confirm(t.sure(`${t.dismiss}: #${seq}`)) && void act(post("reports/dismiss")), { "aria-label": `${t.dismiss}: #${seq}` }),
    );
  }
}
