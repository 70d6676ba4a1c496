// Storm levels: 0 all is on, 1 what is secondary waits longer, 2 members of large groups are slowed
// down as well, 3 their new messages are refused, with a time.

export const STORM_SLOWING = 2;

const TIMES: readonly number[] = [1, 4, 8, 16];

// How long something secondary waits that waits `ms` when all is calm.
export function slowedMs(ms: number, level: number): number {
  return ms * (TIMES[Math.min(level, TIMES.length - 1)] ?? 1);
}
