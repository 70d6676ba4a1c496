// Tries -> delay, with full jitter: after a server has come back, its clients return spread over the
// whole time and not all at its end.

import { chance, type Env } from "./env";

export const BASE_MS = 1_000;
export const CAP_MS = 30_000;

// `tries` is how often it has failed in a row, from 1.
export function delayMs(tries: number, env: Env): number {
  const most = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(tries - 1, 16));
  return Math.ceil(chance(env) * most);
}
