// A refusal in plain words, with its time and the rule behind it.

import { Code, remedyOf } from "@stentor/sdk";
import { duration, t } from "./texts";
import { isolated } from "./dom";

export function wordsOf(refusal: { code: number; limit?: number; retryAfterMs?: number; rule?: string }): string {
  const said = t.codes[Code[refusal.code] ?? ""] ?? t.codeUnknown(refusal.code);
  // Of what has to be waited for, the time says more than the bound.
  const limit = refusal.limit && remedyOf(refusal.code) !== "later" ? ` ${t.limitIs(refusal.limit)}` : "";
  const rule = refusal.rule ? ` ${t.ruleIs(isolated(refusal.rule))}` : "";
  const again = refusal.retryAfterMs ? ` ${t.retryIn(duration(refusal.retryAfterMs))}.` : "";
  return said + limit + rule + again;
}
