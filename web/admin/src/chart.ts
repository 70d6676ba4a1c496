// A chart with axes: values and their unit on the left, time below. Drawn in place.

import { el, setText } from "../../app/src/dom";
import { roundedUp, Series, type Point } from "./history";
import { t } from "./texts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [340, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 8, 10, 22];
const TICKS_Y = 2;
// Of so long a time each: quarters, or fifths where those are whole minutes.
const ticksOf = (spanMs: number) => (spanMs % 300_000 === 0 && spanMs < 600_000 ? 5 : 4);

export interface Line {
  name: string;
  points: readonly Point[];
}

export interface ChartLook {
  name: string;
  label: string;
  text(value: number | undefined): string;
  // Bytes are counted by 1,024.
  base?: 10 | 1024;
}

export class Chart {
  readonly element: HTMLElement;
  readonly #value = el("strong", { class: "value" });
  readonly #svg = document.createElementNS(SVG, "svg");
  readonly #legend = el("ul", { class: "legend" });

  constructor(private readonly look: ChartLook) {
    this.#svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.#svg.setAttribute("role", "img");
    this.element = el("figure", { class: "chart", "data-chart": look.name },
      el("figcaption", {}, look.label), this.#value, this.#svg as unknown as HTMLElement, this.#legend);
  }

  // `now`: what the newest look has found; undefined where there was nothing.
  draw(now: number | undefined, lines: readonly Line[], fromMs: number, toMs: number): void {
    const { text, label, base } = this.look;
    setText(this.#value, text(now));
    const highest = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ value }) => value)));
    const top = roundedUp(highest, base);
    const x = (atMs: number) => LEFT + ((atMs - fromMs) / (toMs - fromMs)) * (WIDTH - LEFT - RIGHT);
    const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    this.#svg.setAttribute("aria-label", t.chartSays(label, text(now), text(highest), spanText(toMs - fromMs)));
    this.#svg.replaceChildren(...axes(fromMs, toMs, top, text, x, y), ...lines.map(({ points }, i) => path(points, i, x, y)));
    const several = lines.length > 1 || (lines[0]?.name ?? "") !== "";
    this.#legend.hidden = !several;
    if (several) this.#legend.replaceChildren(...lines.map(({ name, points }, i) => el("li", { class: `series-${i}` }, `${name} ${text(points.at(-1)?.value)}`)));
  }
}

function axes(fromMs: number, toMs: number, top: number, text: ChartLook["text"], x: (ms: number) => number, y: (value: number) => number): SVGElement[] {
  const nodes: SVGElement[] = [];
  for (let i = 0; i <= TICKS_Y; ++i) {
    const value = (top * i) / TICKS_Y;
    nodes.push(shape("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }));
    nodes.push(words(text(value).replace("≤ ", ""), { x: LEFT - 6, y: y(value) + 3.5, "text-anchor": "end" }));
  }
  const ticks = ticksOf(toMs - fromMs);
  for (let i = 0; i <= ticks; ++i) {
    const atMs = fromMs + ((toMs - fromMs) * i) / ticks;
    const anchor = i === ticks ? "end" : "middle";
    nodes.push(words(i === ticks ? t.now : `−${spanText(toMs - atMs)}`, { x: x(atMs), y: HEIGHT - 6, "text-anchor": anchor }));
  }
  return nodes;
}

function path(points: readonly Point[], series: number, x: (ms: number) => number, y: (value: number) => number): SVGElement {
  let d = "";
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    d += `${!before || Series.gap(before, point) ? "M" : "L"}${x(point.atMs).toFixed(1)} ${y(point.value).toFixed(1)}`;
  }
  return shape("path", { class: `line series-${series}`, d });
}

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

function words(text: string, attributes: Record<string, string | number>): SVGElement {
  const node = shape("text", attributes);
  node.textContent = text;
  return node;
}

function spanText(ms: number): string {
  return ms % 60_000 !== 0 ? t.seconds(Math.round(ms / 1_000)) : t.minutes(Math.round(ms / 60_000));
}
