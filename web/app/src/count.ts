// How many are unread, as badges and the title say it: beyond 99 nobody counts any more.

import { UNREAD_MANY } from "@stentor/sdk";

export function countOf(unread: number): string {
  return unread >= UNREAD_MANY ? "99+" : String(unread);
}
