// What the page has seen of the server, for the last hour: kept while other views are open. Pure but for the clock
// that it is given.

export interface Point {
  atMs: number;
  value: number;
}

// Values that come each second are gathered into points: the highest of each stretch.
const STRETCH_MS = 5_000;
export const HOUR_MS = 3_600_000;

export class Series {
  #points: Point[] = [];

  add(atMs: number, value: number): void {
    const stretch = Math.floor(atMs / STRETCH_MS);
    const last = this.#points.at(-1);
    if (last && Math.floor(last.atMs / STRETCH_MS) === stretch) last.value = Math.max(last.value, value);
    else this.#points.push({ atMs: stretch * STRETCH_MS, value });
    const from = atMs - HOUR_MS;
    if ((this.#points[0]?.atMs ?? from) < from) this.#points = this.#points.filter((one) => one.atMs >= from);
  }

  since(fromMs: number): readonly Point[] {
    return this.#points.filter(({ atMs }) => atMs >= fromMs);
  }

  // The page was not open between two points further apart than this.
  static gap(before: Point, after: Point): boolean {
    return after.atMs - before.atMs > STRETCH_MS * 3;
  }
}

// The end of an axis for values up to `most`: 1, 2 or 5 times a power of the unit's base.
export function roundedUp(most: number, base: 10 | 1024 = 10): number {
  if (!(most > 0)) return 1;
  const unit = base === 1024 ? 1024 ** Math.max(0, Math.floor(Math.log(most) / Math.log(1024))) : 1;
  const rest = most / unit;
  const power = 10 ** Math.floor(Math.log10(rest));
  const step = [1, 2, 5, 10].find((each) => each * power >= rest) ?? 10;
  return step * power * unit;
}
