// How the server does: charts of the last minutes or the last hour, and why what was refused.

import { button, el, setText } from "../../app/src/dom";
import type { AdminApi } from "./api";
import { Chart } from "./chart";
import { said, type Notice } from "./notice";
import { countText, t } from "./texts";
import { MEASURES, REASONS, SPANS_MS, type Watch } from "./watch";

const CODES_SHOWN = 12;

// As long as the page is open, also while another view is.
let spanMs = SPANS_MS[1] ?? 0;

export class Overview {
  readonly element = el("section", { class: "overview" });
  readonly #charts = MEASURES.map((measure) => ({ measure, chart: new Chart(measure) }));
  readonly #reasons = REASONS.map((reasons) => ({ reasons, chart: new Chart(reasons), totals: el("dl", { class: "reasons", "data-list": reasons.name }) }));
  readonly #state = el("p", { class: "state", role: "status" });

  constructor(
    private readonly watch: Watch,
    api: AdminApi,
    notice: Notice,
  ) {
    const span = el("select", { id: "span" }, ...t.spans.map((words, i) => el("option", { value: i }, words)));
    span.value = String(SPANS_MS.indexOf(spanMs));
    span.addEventListener("change", () => {
      spanMs = SPANS_MS[Number(span.value)] ?? spanMs;
      this.#draw();
    });
    const reload = async () => {
      if (confirm(t.sure(t.reload))) await said(notice, api.post("reload"));
    };
    this.element.append(
      el("div", { class: "line" }, el("label", { for: span.id }, t.span), span, button(t.reload, () => void reload())),
      this.#state,
      el("div", { class: "charts" }, ...this.#charts.map(({ chart }) => chart.element)),
      el("div", { class: "columns" }, ...this.#reasons.map(({ chart, reasons, totals }) =>
        el("div", { class: "why" }, chart.element, el("h2", {}, t.sinceStart(reasons.label)), totals))),
    );
    watch.looked = () => this.#draw();
    this.#draw();
  }

  close(): void {
    this.watch.looked = () => {};
  }

  #draw(): void {
    if (document.hidden) return;
    const { last, failed } = this.watch;
    setText(this.#state, failed ? t.noAnswer : last?.value("stentor_ready") === 0 ? t.notReady : "");
    const toMs = Date.now();
    const fromMs = toMs - spanMs;
    for (const { measure, chart } of this.#charts) chart.draw(this.watch.now.get(measure.name), [this.watch.line(measure.name, fromMs)], fromMs, toMs);
    for (const { reasons, chart, totals } of this.#reasons) {
      chart.draw(this.watch.now.get(reasons.name), this.watch.reasons(reasons, fromMs), fromMs, toMs);
      showTotals(totals, last?.labelled(reasons.metric, reasons.by) ?? new Map());
    }
  }
}

function showTotals(list: HTMLElement, counts: Map<string, number>): void {
  const rows = [...counts].filter(([, n]) => n > 0).toSorted((a, b) => b[1] - a[1]).slice(0, CODES_SHOWN);
  const nodes = rows.length === 0 ? [el("dt", {}, t.none), el("dd", {}, "0")] : rows.flatMap(([reason, n]) => [el("dt", {}, reason), el("dd", {}, countText(n))]);
  list.replaceChildren(...nodes);
}
