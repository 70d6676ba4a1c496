// What somebody has written and not sent, in localStorage: a reload, a crash, the end of a session lose none
// of it. Drafts lie by group; what waits to be sent by message, each under a key of its own, so that two tabs
// never overwrite each other's.

import { hexOf, type Unsent } from "@stentor/sdk";

export interface Written {
  text: string;
  // Names that were chosen from the list of members, and whom they mean.
  names: [name: string, uid: number][];
}

export interface KeptDraft extends Written {
  // An answer to this entry, or its new words.
  about?: { seq: number; edits: boolean };
  // What was being written before the edit began.
  under?: Written;
}

// Long after the server takes it without a question: until then it refuses what is old, and the page asks whether
// to send it as new. What waits longer than this has been forgotten by whoever wrote it.
const UNSENT_FOR_MS = 60 * 24 * 3_600_000;

export class Kept {
  readonly #stored = new Set<string>();

  constructor(
    private readonly uid: number,
    private readonly storage: Storage | undefined = storageHere(),
  ) {}

  draft(gid: number): KeptDraft | undefined {
    const draft = parsed(this.storage?.getItem(this.#draftKey(gid)) ?? null);
    if (typeof draft?.["text"] !== "string" || !Array.isArray(draft["names"])) return undefined;
    return draft as unknown as KeptDraft;
  }

  keepDraft(gid: number, draft: KeptDraft): void {
    const empty = draft.text === "" && !draft.about && !draft.under?.text;
    if (empty) this.storage?.removeItem(this.#draftKey(gid));
    else this.#put(this.#draftKey(gid), draft);
  }

  // What pages before this one have left, oldest first.
  unsent(nowMs: number): Unsent[] {
    const found: Unsent[] = [];
    for (const key of this.#keys(this.#unsentKey(""))) {
      const one = unsentOf(parsed(this.storage?.getItem(key) ?? null));
      if (!one || nowMs - one.writtenMs > UNSENT_FOR_MS) {
        this.storage?.removeItem(key);
        continue;
      }
      this.#stored.add(key);
      found.push(one);
    }
    return found.toSorted((a, b) => a.writtenMs - b.writtenMs);
  }

  // False: something of it could not be kept.
  keepUnsent(all: readonly Unsent[]): boolean {
    const wanted = new Map(all.map((one) => [this.#unsentKey(hexOf(one.cmid)), one]));
    for (const key of this.#stored) {
      if (wanted.has(key)) continue;
      this.storage?.removeItem(key);
      this.#stored.delete(key);
    }
    for (const [key, { gid, cmid, body, writtenMs }] of wanted) {
      if (this.#stored.has(key)) continue;
      if (this.#put(key, { gid, cmid: [...cmid], body: [...body], writtenMs })) this.#stored.add(key);
    }
    return this.#stored.size === wanted.size;
  }

  // Somebody who signs out leaves nothing to whoever comes next.
  forget(): void {
    for (const key of this.#keys(`stentor.draft.${this.uid}.`)) this.storage?.removeItem(key);
    for (const key of this.#keys(this.#unsentKey(""))) this.storage?.removeItem(key);
  }

  #put(key: string, value: object): boolean {
    if (!this.storage) return false;
    try {
      this.storage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      // No room.
      return false;
    }
  }

  #keys(prefix: string): string[] {
    return Array.from({ length: this.storage?.length ?? 0 }, (_, i) => this.storage?.key(i) ?? "").filter((key) => key.startsWith(prefix));
  }

  #draftKey(gid: number): string {
    return `stentor.draft.${this.uid}.${gid}`;
  }

  #unsentKey(cmid: string): string {
    return `stentor.unsent.${this.uid}.${cmid}`;
  }
}

function storageHere(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

function parsed(text: string | null): Record<string, unknown> | undefined {
  try {
    return (JSON.parse(text ?? "null") as Record<string, unknown> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function unsentOf(kept: Record<string, unknown> | undefined): Unsent | undefined {
  const { gid, cmid, body, writtenMs } = kept ?? {};
  if (typeof gid !== "number" || typeof writtenMs !== "number" || !Array.isArray(cmid) || !Array.isArray(body) || cmid.length !== 16) return undefined;
  return { gid, writtenMs, cmid: Uint8Array.from(cmid as number[]), body: Uint8Array.from(body as number[]) };
}
