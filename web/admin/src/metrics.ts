// Prometheus' text format, and what a chart shows of two samples of it. Pure.

export class Sample {
  readonly #values = new Map<string, number>();

  constructor(
    text: string,
    readonly atMs: number,
  ) {
    for (const line of text.split("\n")) {
      const match = /^([^\s#][^\s]*|[^\s#{]+\{.*\}) (\S+)$/.exec(line);
      if (match?.[1] && match[2]) this.#values.set(match[1], match[2] === "+Inf" ? Infinity : Number(match[2]));
    }
  }

  // 0 when there is none.
  value(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  // Of a family with one label: its values by the label's.
  labelled(name: string, label: string): Map<string, number> {
    const found = new Map<string, number>();
    const start = `${name}{${label}="`;
    for (const [key, value] of this.#values) {
      if (key.startsWith(start) && key.endsWith('"}')) found.set(key.slice(start.length, -2), value);
    }
    return found;
  }
}

// Per second; a counter that went back belongs to a server that was started again.
export function rate(before: Sample, after: Sample, name: string): number {
  const seconds = (after.atMs - before.atMs) / 1000;
  const grown = after.value(name) - before.value(name);
  return seconds > 0 && grown >= 0 ? grown / seconds : 0;
}

// The bound below which `share` of what was counted between two samples lies, in the histogram's unit;
// undefined when nothing was.
export function quantile(before: Sample, after: Sample, name: string, share: number): number | undefined {
  const old = before.labelled(`${name}_bucket`, "le");
  const buckets = [...after.labelled(`${name}_bucket`, "le")]
    .map(([bound, count]) => ({ bound: bound === "+Inf" ? Infinity : Number(bound), count: count - (old.get(bound) ?? 0) }))
    .toSorted((a, b) => a.bound - b.bound);
  const all = buckets.at(-1)?.count ?? 0;
  if (all <= 0) return undefined;
  const bucket = buckets.find(({ count }) => count >= all * share);
  const finite = buckets.findLast(({ bound }) => bound !== Infinity)?.bound;
  return bucket?.bound === Infinity ? finite : bucket?.bound;
}
