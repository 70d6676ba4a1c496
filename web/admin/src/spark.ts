// A line of the newest values, as an SVG that is redrawn in place.

const SVG = "http://www.w3.org/2000/svg";
const POINTS = 180;
const WIDTH = 300;
const HEIGHT = 56;

export class Spark {
  readonly element = document.createElementNS(SVG, "svg");
  readonly #line = document.createElementNS(SVG, "path");
  readonly #area = document.createElementNS(SVG, "path");
  readonly #values: number[] = [];

  constructor() {
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("aria-hidden", "true");
    this.element.classList.add("spark");
    this.#line.classList.add("line");
    this.#area.classList.add("area");
    this.element.append(this.#area, this.#line);
  }

  get points(): number {
    return this.#values.length;
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > POINTS) this.#values.shift();
    const most = Math.max(...this.#values, 1e-9);
    const step = WIDTH / (POINTS - 1);
    const from = WIDTH - (this.#values.length - 1) * step;
    const places = this.#values.map((each, i) => `${(from + i * step).toFixed(1)} ${(HEIGHT - 2 - (each / most) * (HEIGHT - 6)).toFixed(1)}`);
    this.#line.setAttribute("d", `M${places.join("L")}`);
    this.#area.setAttribute("d", `M${from.toFixed(1)} ${HEIGHT}L${places.join("L")}L${WIDTH} ${HEIGHT}Z`);
  }
}
