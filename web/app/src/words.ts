// A refusal in plain words, with its time.

import { Code, type Refused } from "@stentor/sdk";
import { duration, t } from "./texts";

export function wordsOf(refusal: { code: number; limit?: number; retryAfterMs?: number }): string {
  const said = t.codes[Code[refusal.code] ?? ""] ?? t.codeUnknown(refusal.code);
  const limit = refusal.limit ? ` ${t.limitIs(refusal.limit)}` : "";
  const again = refusal.retryAfterMs ? ` (${t.retryIn(duration(refusal.retryAfterMs))})` : "";
  return said + limit + again;
}

export type { Refused };
