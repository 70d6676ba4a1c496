import type { Refused } from "./codec";

// What was written and is not known to be stored, as a page keeps it for the next one.
export interface Unsent {
  // Its group.
  gid: number;
  cmid: Uint8Array;
  body: Uint8Array;
  writtenMs: number;
  // Refused for good: it is not offered again by itself.
  refusal?: Refused;
}

// `saved` is called once, later, also when it could not be saved.
export type Save = (unsent: Unsent, saved: () => void) => void;
