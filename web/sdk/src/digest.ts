// The chain of hashes over a group's log, which shows that this client holds what everybody holds.
// The first 16 bytes of SHA-256 (FIPS 180-4). Synchronous on purpose: entries are applied in the
// order in which frames come, and a promise in between would let a later frame overtake.

import { sha256 } from "@noble/hashes/sha2.js";
import type { Entry } from "./codec";

export const DIGEST_BYTES = 16;

// SHA-256 of what comes in pieces, as a file does.
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

// Begins one.
export function hasher(): Hasher {
  return sha256.create();
}

export function hashOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).slice(0, DIGEST_BYTES);
}

// The digest before a group's first entry.
export function genesis(gid: number): Uint8Array {
  const input = new Uint8Array(19);
  input.set(new TextEncoder().encode("stentor.v1\0"));
  put(input, 11, gid, 8);
  return hashOf(input);
}

// before 16, seq 8, sender 8, cmid 16, kind 4, time 8, hash of the first body 16.
export function chained(before: Uint8Array, entry: Entry): Uint8Array {
  const input = new Uint8Array(76);
  input.set(before);
  put(input, 16, entry.seq, 8);
  put(input, 24, entry.sender, 8);
  input.set(entry.cmid.subarray(0, 16), 32);
  put(input, 48, entry.kind, 4);
  put(input, 52, entry.timeMs, 8);
  input.set(firstBodyHash(entry).subarray(0, DIGEST_BYTES), 60);
  return hashOf(input);
}

// An entry that was edited or recalled carries the hash of what it said at first.
export function firstBodyHash(entry: Entry): Uint8Array {
  return entry.revision === 0 ? hashOf(entry.body) : entry.bodyHash;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function put(into: Uint8Array, at: number, value: number, bytes: number): void {
  let rest = value;
  for (let i = at + bytes - 1; i >= at; --i) {
    into[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
