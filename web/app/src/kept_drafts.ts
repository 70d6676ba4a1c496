// What somebody was writing when they left a group or the page: with what it answers and whom it names.

import type { Database } from "./database";

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

// While somebody types.
const WRITE_AFTER_MS = 200;

export class KeptDrafts {
  readonly #drafts: Map<number, KeptDraft>;
  readonly #changed = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly database: Database | undefined,
    kept: readonly [gid: unknown, draft: unknown][],
  ) {
    this.#drafts = new Map(kept.filter((one): one is [number, KeptDraft] => typeof one[0] === "number" && isDraft(one[1])));
  }

  of(gid: number): KeptDraft | undefined {
    return this.#drafts.get(gid);
  }

  keep(gid: number, draft: KeptDraft): void {
    const empty = draft.text === "" && !draft.about && !draft.under?.text;
    if (empty) this.#drafts.delete(gid);
    else this.#drafts.set(gid, draft);
    this.#changed.add(gid);
    this.#timer ??= setTimeout(() => this.flush(), WRITE_AFTER_MS);
  }

  // Now: the page may be gone in a moment.
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    const gids = [...this.#changed];
    this.#changed.clear();
    void this.database?.write(["drafts"], (of) => {
      for (const gid of gids) {
        const draft = this.#drafts.get(gid);
        if (draft) of("drafts").put(draft, gid);
        else of("drafts").delete(gid);
      }
    });
  }
}

export function isDraft(kept: unknown): kept is KeptDraft {
  const { text, names } = (kept ?? {}) as Partial<KeptDraft>;
  return typeof text === "string" && Array.isArray(names);
}
