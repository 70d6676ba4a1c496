// Looks at /metrics once a second as long as the page is open, whichever view is shown, and keeps the last hour.

import type { AdminApi } from "./api";
import type { ChartLook, Line } from "./chart";
import { HOUR_MS, Series } from "./history";
import { quantile, rate, Sample } from "./metrics";
import { bytesText, countText, rateText, t, timeText } from "./texts";

const EVERY_MS = 1_000;
const REASONS_SHOWN = 5;

export interface Measure extends ChartLook {
  value: (before: Sample, after: Sample) => number | undefined;
}

const count = (value: number | undefined) => countText(value ?? 0);
const bytes = (value: number | undefined) => bytesText(value ?? 0);
const sumOf = (sample: Sample, name: string, label: string) => [...sample.labelled(name, label).values()].reduce((a, b) => a + b, 0);

export const MEASURES: readonly Measure[] = [
  { name: "connections", label: t.connections, value: (_, s) => s.value('stentor_connections{kind="socket"}'), text: count },
  { name: "sends", label: t.sends, value: (a, b) => rate(a, b, "stentor_sends_kept_total"), text: count },
  { name: "frames", label: t.frames, value: (a, b) => rate(a, b, "stentor_frames_out_total"), text: count },
  { name: "bytes", label: t.bytes, value: (a, b) => rate(a, b, 'stentor_bytes_total{way="out"}'), text: bytes, base: 1024 },
  { name: "memory", label: t.memory, value: (_, s) => s.value("process_resident_memory_bytes"), text: bytes, base: 1024 },
  { name: "cpu", label: t.cpu, value: (a, b) => rate(a, b, "process_cpu_seconds_total") * 100, text: (v) => `${Number((v ?? 0).toFixed((v ?? 0) < 10 ? 1 : 0))} %` },
  { name: "commit", label: t.commit, value: (a, b) => quantile(a, b, "stentor_commit_seconds", 0.99), text: timeText },
  { name: "pass", label: t.pass, value: (a, b) => quantile(a, b, "stentor_pass_seconds", 0.99), text: timeText },
  { name: "turn", label: t.turn, value: (a, b) => quantile(a, b, "stentor_fanout_turn_seconds", 0.99), text: timeText },
  { name: "waiting", label: t.waiting, value: (_, s) => sumOf(s, "stentor_waiting", "queue"), text: count },
  { name: "groups", label: t.inMemory, value: (_, s) => s.value("stentor_groups_in_memory"), text: count },
  { name: "uploads", label: t.uploads, value: (_, s) => s.value("stentor_uploads_open"), text: count },
  { name: "files", label: t.files, value: (_, s) => s.value("stentor_media_files"), text: count },
  { name: "file-bytes", label: t.fileBytes, value: (_, s) => s.value("stentor_media_bytes"), text: bytes, base: 1024 },
  { name: "storm", label: t.storm, value: (_, s) => s.value("stentor_storm_level"), text: count },
];

// Counters with a reason each, shown as so many a second.
export interface Reasons extends ChartLook {
  metric: string;
  by: string;
}

export const REASONS: readonly Reasons[] = [
  { name: "refusals", label: t.refusals, metric: "stentor_refusals_total", by: "code", text: rateText },
  { name: "http-refusals", label: t.httpRefusals, metric: "stentor_http_refusals_total", by: 'listener="public",code', text: rateText },
  { name: "turned-away", label: t.turnedAway, metric: "stentor_turned_away_total", by: "reason", text: rateText },
  { name: "upload-refusals", label: t.uploadRefusals, metric: "stentor_upload_refusals_total", by: "reason", text: rateText },
];

export class Watch {
  readonly #series = new Map<string, Series>();
  // By measure, as they were at the newest look.
  readonly now = new Map<string, number | undefined>();
  last: Sample | undefined;
  failed = false;
  looked: () => void = () => {};

  constructor(private readonly api: AdminApi) {
    setInterval(() => void this.#look(), EVERY_MS);
    void this.#look();
  }

  line(name: string, fromMs: number): Line {
    return { name: "", points: this.#series.get(name)?.since(fromMs) ?? [] };
  }

  // Those that happened most often in that time.
  reasons({ name, metric, by }: Reasons, fromMs: number): Line[] {
    const all = [...(this.last?.labelled(metric, by).keys() ?? [])].map((reason) => ({ name: reason, points: this.#series.get(`${name} ${reason}`)?.since(fromMs) ?? [] }));
    return all.filter((one) => sum(one) > 0).toSorted((a, b) => sum(b) - sum(a)).slice(0, REASONS_SHOWN);
  }

  async #look(): Promise<void> {
    const text = await this.api.metrics().catch(() => undefined);
    this.failed = text === undefined;
    if (text !== undefined) this.#took(new Sample(text, performance.now()));
    this.looked();
  }

  #took(sample: Sample): void {
    const before = this.last ?? sample;
    this.last = sample;
    const atMs = Date.now();
    for (const { name, value } of MEASURES) {
      const now = value(before, sample);
      this.now.set(name, now);
      this.#keep(name, atMs, now ?? 0);
    }
    for (const { name, metric, by } of REASONS) {
      let all = 0;
      for (const reason of sample.labelled(metric, by).keys()) {
        const each = rate(before, sample, `${metric}{${by}="${reason}"}`);
        all += each;
        this.#keep(`${name} ${reason}`, atMs, each);
      }
      this.now.set(name, all);
    }
  }

  #keep(name: string, atMs: number, value: number): void {
    const series = this.#series.get(name) ?? new Series();
    this.#series.set(name, series);
    series.add(atMs, value);
  }
}

function sum({ points }: Line): number {
  return points.reduce((total, { value }) => total + value, 0);
}

// The second is shown first.
export const SPANS_MS = [HOUR_MS / 60, HOUR_MS / 12, HOUR_MS];
