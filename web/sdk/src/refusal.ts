// What a refusal asks of the client: the code's hundred says it, so that a client of today knows
// what to do with a code of tomorrow.

import { Code, type Refused } from "./codec";

// now: repair and send again; later: the same after retryAfterMs; ask: only the user can change it; never: give up.
export type Remedy = "none" | "now" | "later" | "ask" | "never";

const REMEDIES: readonly Remedy[] = ["none", "now", "later", "ask", "never"];

// By the hundred of the code; "never" for a code this version does not know.
export function remedyOf(code: Code): Remedy {
  return REMEDIES[Math.floor(code / 100)] ?? "never";
}

// Some bytes of the server's record cannot be read: whoever asks again soon, is told the same.
export function isDamage({ code, field }: Pick<Refused, "code" | "field">): boolean {
  return code === Code.STORE_UNAVAILABLE && field === "damaged";
}
