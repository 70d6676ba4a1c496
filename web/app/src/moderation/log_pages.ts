// The lines of the moderation log that are shown: pages, newest first, each below the one before.

import type { ModerationLine } from "@stentor/sdk";

export interface LogPage {
  lines: readonly ModerationLine[];
  // Where the next page begins; 0: this was the last.
  next: number;
}

export function withOlder(shown: LogPage, page: LogPage): LogPage {
  return { lines: [...shown.lines, ...page.lines], next: page.next };
}

// The newest page came once more: older lines stay below it, unless there may be others between.
export function withNewest(shown: LogPage, page: LogPage): LogPage {
  const last = page.lines.at(-1)?.number;
  const met = shown.lines.findIndex(({ number }) => number === last);
  const older = met < 0 ? [] : shown.lines.slice(met + 1);
  return older.length > 0 ? { lines: [...page.lines, ...older], next: shown.next } : page;
}
