// The log may begin afresh elsewhere: the server told of another history, or of a place that cannot be read. Who
// reads further up is led back to what they were reading, and sees nothing of it where that is possible.

import type { Group } from "@stentor/sdk";
import type { Seen } from "./place";

// So many entries above a place are wanted, or it would stand at the upper edge.
const ABOVE = 40;

export class WayBack {
  // What was looked at when its part of the log went away.
  #lost: Seen | undefined;
  #leapt = false;

  constructor(
    private readonly group: Pick<Group, "log" | "head" | "floor" | "state" | "history">,
    // False: it is not to be had.
    private readonly leap: (seq: number) => boolean,
  ) {}

  // `at`: what is looked at; nothing: the newest are followed. "wait": what is drawn stays until its part of the log
  // has come; an entry: that one is to stand there. What the server has lost must not stand anywhere meanwhile.
  before(at: Seen | undefined): "wait" | Seen | undefined {
    const { log, head, floor, state } = this.group;
    const wanted = this.#lost ?? at;
    if (!wanted) return undefined;
    const seq = Math.min(wanted.seq, head);
    if (log.at(seq)) return this.#isBack({ seq, top: wanted.top });
    if (state === "open") {
      this.#leapt = seq > floor && this.leap(seq);
      return this.#leapt ? "wait" : undefined;
    }
    this.#lost = wanted;
    return undefined;
  }

  forget(): void {
    this.#lost = undefined;
  }

  #isBack(place: Seen): "wait" | Seen | undefined {
    const { log, history } = this.group;
    const bare = this.#leapt && place.seq - log.first < ABOVE && !history.complete;
    if (bare && (history.older() || history.loading)) return "wait";
    const lost = this.#lost !== undefined;
    this.#leapt = false;
    this.#lost = undefined;
    return lost ? place : undefined;
  }
}
