// What somebody wants to be told of a group on this device: everything, what is meant for them, nothing; perhaps for a
// time. That a group is muted is known to the server, and holds on all their devices; the rest is kept here.

import { browserStorage } from "./browser_storage";

export type Level = "all" | "calls" | "none";

export interface LevelKept {
  level: Level;
  // 0: until it is changed.
  untilMs: number;
}

// In a larger group not each message is told to somebody who has not asked for it.
const ALL_MEMBERS_MAX = 200;

export class Levels {
  #kept: Record<string, LevelKept>;

  constructor(
    private readonly uid: number,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> = browserStorage,
  ) {
    this.#kept = keptIn(storage.getItem(this.#key));
  }

  of(gid: number, { muted, members }: { muted: boolean; members: number }, nowMs: number): Level {
    const kept = this.kept(gid, nowMs);
    // Muted or not on another device meanwhile: that is newer.
    if (kept && (kept.level === "all") !== muted) return kept.level;
    return muted || members > ALL_MEMBERS_MAX ? "calls" : "all";
  }

  kept(gid: number, nowMs: number): LevelKept | undefined {
    const kept = this.#kept[gid];
    return kept && (kept.untilMs === 0 || kept.untilMs > nowMs) ? kept : undefined;
  }

  keep(gid: number, kept: LevelKept): void {
    this.#kept[gid] = kept;
    this.#store();
  }

  all(): [gid: number, LevelKept][] {
    return Object.entries(this.#kept).map(([gid, kept]) => [Number(gid), kept]);
  }

  // Groups whose time is over, each told once.
  over(nowMs: number): number[] {
    const over = Object.entries(this.#kept).filter(([, { untilMs }]) => untilMs > 0 && untilMs <= nowMs).map(([gid]) => Number(gid));
    for (const gid of over) delete this.#kept[gid];
    if (over.length > 0) this.#store();
    return over;
  }

  get #key(): string {
    return levelsKey(this.uid);
  }

  #store(): void {
    this.storage.setItem(this.#key, JSON.stringify(this.#kept));
  }
}

function levelsKey(uid: number): string {
  return `stentor.levels.${uid}`;
}

// Somebody who signs out leaves nothing to whoever comes next.
export function forgetLevels(uid: number): void {
  browserStorage.removeItem(levelsKey(uid));
}

function keptIn(text: string | null): Record<string, LevelKept> {
  try {
    const all = JSON.parse(text ?? "{}") as Record<string, Partial<LevelKept>>;
    return Object.fromEntries(Object.entries(all).filter((one): one is [string, LevelKept] =>
      ["all", "calls", "none"].includes(one[1].level ?? "") && typeof one[1].untilMs === "number"));
  } catch {
    return {};
  }
}
