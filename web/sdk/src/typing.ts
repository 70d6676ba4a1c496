// Who is writing just now. Told now and then while one writes; nobody says that they have stopped, so
// what was said is believed for a while only.

import type { Cancel } from "./env";
import type { GroupPort } from "./group_port";
import { slowedMs, STORM_SLOWING } from "./storm";

export const TOLD_EVERY_MS = 3_000;
export const SHOWN_FOR_MS = 5_000;
// The server gathers for a second who is writing, so it still tells of somebody whose words are here already.
export const SPOKE_FOR_MS = 1_500;
// With more of them nobody can read who is writing anyway.
const SPOKEN_MAX = 1_000;

export class Typing {
  readonly #untilMs = new Map<number, number>();
  readonly #spokeMs = new Map<number, number>();
  #toldMs = -TOLD_EVERY_MS;
  #cancel: Cancel | undefined;

  constructor(
    private readonly gid: number,
    private readonly port: GroupPort,
  ) {}

  // A key was pressed here. In a rush the server tells nobody, so it is not bothered.
  typed(): void {
    const now = this.port.env.now();
    const level = this.port.level();
    if (level >= STORM_SLOWING || now - this.#toldMs < slowedMs(TOLD_EVERY_MS, level)) return;
    this.#toldMs = now;
    this.port.request({ case: "typing", value: { gid: this.gid } }, () => {});
  }

  // What was written has gone out: the next word may be told at once.
  sent(): void {
    this.#toldMs = -TOLD_EVERY_MS;
  }

  told(uids: readonly number[]): void {
    const now = this.port.env.now();
    for (const [uid, spokeMs] of this.#spokeMs) if (now - spokeMs >= SPOKE_FOR_MS) this.#spokeMs.delete(uid);
    for (const uid of uids) {
      if (uid !== this.port.uid() && !this.#spokeMs.has(uid)) this.#untilMs.set(uid, now + SHOWN_FOR_MS);
    }
    this.#expire();
  }

  // Somebody whose words are here is not writing them any more.
  spoke(uid: number): void {
    this.#untilMs.delete(uid);
    if (this.#spokeMs.size >= SPOKEN_MAX) this.#spokeMs.clear();
    this.#spokeMs.set(uid, this.port.env.now());
  }

  // Uids, never mine.
  get who(): number[] {
    const now = this.port.env.now();
    return [...this.#untilMs].filter(([, untilMs]) => untilMs > now).map(([uid]) => uid);
  }

  #expire(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.port.env.now();
    for (const [uid, untilMs] of this.#untilMs) if (untilMs <= now) this.#untilMs.delete(uid);
    if (this.#untilMs.size === 0) return;
    const nextMs = Math.min(...this.#untilMs.values()) - now;
    this.#cancel = this.port.env.after(nextMs, () => {
      this.#expire();
      this.port.changed();
    });
  }
}
