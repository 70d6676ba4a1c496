// A refusal in plain words, with its time.

import { Code, remedyOf } from "@stentor/sdk";
import { duration, t } from "./texts";

export function wordsOf(refusal: { code: number; limit?: number; retryAfterMs?: number }): string {
  const said = t.codes[Code[refusal.code] ?? ""] ?? t.codeUnknown(refusal.code);
  // Of what has to be waited for, the time says more than the bound.
  const limit = refusal.limit && remedyOf(refusal.code) !== "later" ? ` ${t.limitIs(refusal.limit)}` : "";
  const again = refusal.retryAfterMs ? ` ${t.retryIn(duration(refusal.retryAfterMs))}.` : "";
  return said + limit + again;
}
