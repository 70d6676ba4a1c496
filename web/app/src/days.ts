// Days of the calendar, here. Not by hours: a day on which the clocks change has 23 or 25 of them.

// The same for two times of one day.
export function dayKey(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

// When a day begins here, as a field for dates says it: "2026-11-29". `later`: so many days after it.
export function beginOf(day: string, later = 0): number {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).getTime();
}

// 0: the same day; 1: `ms` lies on the day before that of `nowMs`.
export function daysBetween(ms: number, nowMs: number): number {
  return numberOf(nowMs) - numberOf(ms);
}

function numberOf(ms: number): number {
  const date = new Date(ms);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (24 * 3_600_000));
}
