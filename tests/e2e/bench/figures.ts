// What was measured, told line by line as it is known; a time of another build as a ratio to it.

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

// As `./dev bench` tells it.
export function figure(section: string, what: string, value: number, unit: string): void {
  process.stdout.write(`${section.padEnd(12)} ${what.padEnd(58)} ${shown(value).padStart(10)} ${unit}\n`);
}

// `values` of this build and of the one beside it, round by round.
export function times(section: string, what: string, values: readonly (readonly number[])[], unit = "ms"): void {
  const [ours = [], others] = values;
  figure(section, `${what}, median of ${ours.length}`, median(ours), unit);
  if (!others) return;
  figure(section, `${what}, the build beside it`, median(others), unit);
  figure(section, `${what}, ratio of the two, in turn`, median(ours.map((value, round) => value / (others[round] ?? Number.NaN))), "");
}

export function progress(section: string, words: string): void {
  process.stdout.write(`${section}: ${words}\n`);
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}
