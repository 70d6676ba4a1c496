// Live charts: /metrics once a second while the page is seen.

import { button, el, setText } from "../../app/src/dom";
import type { AdminApi } from "./api";
import { quantile, rate, Sample } from "./metrics";
import { Spark } from "./spark";
import { said, type Notice } from "./notice";
import { bytesText, countText, t, timeText } from "./texts";

const EVERY_MS = 1000;
const CODES_SHOWN = 12;

interface Chart {
  name: string;
  label: string;
  value: (before: Sample, after: Sample) => number | undefined;
  text: (value: number | undefined) => string;
}

const count = (value: number | undefined) => countText(value ?? 0);
const bytes = (value: number | undefined) => bytesText(value ?? 0);
const sumOf = (sample: Sample, name: string, label: string) => [...sample.labelled(name, label).values()].reduce((a, b) => a + b, 0);

const CHARTS: Chart[] = [
  { name: "connections", label: t.connections, value: (_, s) => s.value('stentor_connections{kind="socket"}'), text: count },
  { name: "sends", label: t.sends, value: (a, b) => rate(a, b, "stentor_sends_kept_total"), text: count },
  { name: "frames", label: t.frames, value: (a, b) => rate(a, b, "stentor_frames_out_total"), text: count },
  { name: "bytes", label: t.bytes, value: (a, b) => rate(a, b, 'stentor_bytes_total{way="out"}'), text: bytes },
  { name: "commit", label: t.commit, value: (a, b) => quantile(a, b, "stentor_commit_seconds", 0.99), text: timeText },
  { name: "storm", label: t.storm, value: (_, s) => s.value("stentor_storm_level"), text: count },
  { name: "pass", label: t.pass, value: (a, b) => quantile(a, b, "stentor_pass_seconds", 0.99), text: timeText },
  { name: "turn", label: t.turn, value: (a, b) => quantile(a, b, "stentor_fanout_turn_seconds", 0.99), text: timeText },
  { name: "memory", label: t.memory, value: (_, s) => s.value("process_resident_memory_bytes"), text: bytes },
  { name: "cpu", label: t.cpu, value: (a, b) => rate(a, b, "process_cpu_seconds_total") * 100, text: (v) => `${(v ?? 0).toFixed(0)} %` },
  { name: "waiting", label: t.waiting, value: (_, s) => sumOf(s, "stentor_waiting", "queue"), text: count },
  { name: "groups", label: t.inMemory, value: (_, s) => s.value("stentor_groups_in_memory"), text: count },
];

export class Overview {
  readonly element = el("section", { class: "overview" });
  readonly #charts = CHARTS.map((chart) => ({ chart, spark: new Spark(), value: el("strong", { class: "value" }) }));
  readonly #refusals = el("dl", { class: "reasons", "data-list": "refusals" });
  readonly #turnedAway = el("dl", { class: "reasons", "data-list": "turned-away" });
  readonly #state = el("p", { class: "state", role: "status" });
  #last: Sample | undefined;
  readonly #timer: number;

  constructor(
    private readonly api: AdminApi,
    notice: Notice,
  ) {
    const charts = this.#charts.map(({ chart, spark, value }) =>
      el("figure", { class: "chart", "data-chart": chart.name }, el("figcaption", {}, chart.label), value, spark.element as unknown as HTMLElement),
    );
    this.element.append(
      this.#state,
      el("div", { class: "charts" }, ...charts),
      el("div", { class: "columns" }, el("div", {}, el("h2", {}, t.refusals), this.#refusals), el("div", {}, el("h2", {}, t.turnedAway), this.#turnedAway)),
      button(t.reload, () => void said(notice, api.post("reload"))),
    );
    this.#timer = window.setInterval(() => void this.#look(), EVERY_MS);
    void this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (document.hidden) return;
    const text = await this.api.metrics().catch(() => undefined);
    setText(this.#state, text === undefined ? t.noAnswer : "");
    if (text === undefined) return;
    const sample = new Sample(text, performance.now());
    const before = this.#last ?? sample;
    this.#last = sample;
    if (sample.value("stentor_ready") === 0) setText(this.#state, t.notReady);
    for (const { chart, spark, value } of this.#charts) {
      const now = chart.value(before, sample);
      spark.add(now ?? 0);
      setText(value, chart.text(now));
    }
    showReasons(this.#refusals, sample.labelled("stentor_refusals_total", "code"));
    showReasons(this.#turnedAway, sample.labelled("stentor_turned_away_total", "reason"));
  }
}

function showReasons(list: HTMLElement, counts: Map<string, number>): void {
  const rows = [...counts].filter(([, n]) => n > 0).toSorted((a, b) => b[1] - a[1]).slice(0, CODES_SHOWN);
  list.replaceChildren(...(rows.length === 0 ? [el("dt", { class: "soft" }, t.none)] : rows.flatMap(([reason, n]) => [el("dt", {}, reason), el("dd", {}, countText(n))])));
}
