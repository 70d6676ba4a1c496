// What version 0.2 kept in localStorage: drafts and what waited to be sent. It goes into the database.

import type { Unsent } from "@stentor/sdk";
import { isDraft, type KeptDrafts } from "./kept_drafts";
import type { KeptUnsent } from "./kept_unsent";

// The messages, oldest first.
export function takeOld(uid: number, drafts: KeptDrafts, unsent: KeptUnsent): Unsent[] {
  for (const [gid, draft] of taken(`stentor.draft.${uid}.`)) if (isDraft(draft)) drafts.keep(Number(gid), draft);
  const left = taken(`stentor.unsent.${uid}.`).flatMap(([, one]) => unsentOf(one)).toSorted((a, b) => a.writtenMs - b.writtenMs);
  unsent.keep(left);
  return left;
}

function taken(prefix: string): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(prefix)) continue;
    try {
      found.push([key.slice(prefix.length), JSON.parse(localStorage.getItem(key) ?? "null")]);
    } catch {
      // It is none.
    }
    localStorage.removeItem(key);
  }
  return found;
}

function unsentOf(kept: unknown): Unsent[] {
  const { gid, cmid, body, writtenMs } = (kept ?? {}) as Record<string, unknown>;
  if (typeof gid !== "number" || typeof writtenMs !== "number" || !Array.isArray(cmid) || !Array.isArray(body) || cmid.length !== 16) return [];
  return [{ gid, writtenMs, cmid: Uint8Array.from(cmid as number[]), body: Uint8Array.from(body as number[]) }];
}
