// The id of a send, kept through all its retries: a UUIDv7 (RFC 9562 section 5.7). Its time is the
// server's: a machine whose clock is a year ahead could otherwise send nothing at all.

import type { Env } from "./env";

export function makeCmid(serverMs: number, env: Env): Uint8Array {
  const cmid = new Uint8Array(16);
  let ms = Math.max(0, Math.floor(serverMs));
  for (let i = 5; i >= 0; --i) {
    cmid[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  const random = env.random(10);
  cmid.set(random, 6);
  cmid[6] = ((random[0] ?? 0) & 0x0f) | 0x70;
  cmid[8] = ((random[2] ?? 0) & 0x3f) | 0x80;
  return cmid;
}

// Two small letters a byte.
export function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
