// What a member does to entries that are in the log: recall, edit, hide, react, ask who has read.
// Each names the epoch that is shown, so a number never hits another history's entry.

import { encodeBody, type Body, type Command, type Entry } from "./codec";
import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import { failureOf, order, type Ended, type Failure } from "./outcome";
import { Paged } from "./paged";
import type { Draft } from "./plain";
import { remedyOf } from "./refusal";

const HIDES_MAX = 100;

export class EntryCommands {
  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly port: GroupPort,
  ) {}

  // My own, or as an admin anybody's. WINDOW_CLOSED: it is too old, `limit` is the window in ms.
  recall(seq: number, ended: Ended): void {
    this.#order({ case: "recall", value: { ...this.#at(), seq } }, ended);
  }

  // `entry` is what was shown when the new words were written: a later revision refuses them.
  edit({ seq, revision }: Entry, body: Draft<Body>, ended: Ended): void {
    this.#order({ case: "edit", value: { ...this.#at(), seq, revision, body: encodeBody(body) } }, ended);
  }

  // For me, on all my devices; at most 100 at once, the others are passed over.
  hide(seqs: readonly number[], ended: Ended): void {
    const taken = seqs.slice(0, HIDES_MAX);
    this.#order({ case: "hide", value: { ...this.#at(), seqs: [...taken] } }, (failure) => {
      if (!failure) for (const seq of taken) this.group.marks.hidden.add(seq);
      ended(failure);
      this.port.changed();
    });
  }

  // Shown at once; the next tally corrects it.
  react(seq: number, emoji: string, on: boolean, ended: Ended): void {
    const { marks } = this.group;
    marks.wish(seq, emoji, on);
    this.port.changed();
    this.#order({ case: "react", value: { ...this.#at(), seq, emoji, remove: !on } }, (failure) => {
      if (failure) marks.wishFailed(seq, emoji);
      else marks.wishDone(seq, emoji, on);
      ended(failure);
      this.port.changed();
    });
  }

  // What others have added; for admins. Empty: all kinds.
  clearReactions(seq: number, emoji: string, ended: Ended): void {
    this.#order({ case: "clearReactions", value: { ...this.#at(), seq, emoji } }, ended);
  }

  // Uids of those who have read it. UNSUPPORTED in a group too large for that: marks.readBy() says how many.
  readers(seq: number, changed: () => void): Paged<number> {
    return new Paged(
      this.port.request,
      {
        page: (cursor) => ({ case: "whoRead", value: { ...this.#at(), seq, cursor } }),
        of: (answer) => {
          if (answer.case !== "readers") return undefined;
          const { uids, next, count } = answer.value;
          return { items: uids, next, total: count };
        },
      },
      changed,
    );
  }

  // The first entry at or after a time; after all of them, the last. Without an entry: none is to be seen. The group
  // must be open.
  near(timeMs: number, found: (near: { entry?: Entry } | { failure: Failure }) => void): void {
    this.port.request({ case: "near", value: { gid: this.group.gid, timeMs } }, (answer) => {
      if (answer.case === "reset") return found({});
      if (answer.case !== "range") return found({ failure: failureOf(answer) });
      const { entries } = answer.value;
      const entry = entries.find((one) => one.timeMs >= timeMs) ?? entries.at(-1);
      return found(entry ? { entry } : {});
    });
  }

  // Newest first; words of at most 256 bytes. `total` is not told.
  search(words: string, changed: () => void): Paged<Entry> {
    const { gid } = this.group;
    return new Paged(
      this.port.request,
      {
        page: (cursor) => ({ case: "searchEntries", value: { gid, words, cursor } }),
        of: (answer) => {
          if (answer.case !== "foundEntries") return undefined;
          const { entries, next } = answer.value;
          return { items: entries, next, total: 0 };
        },
      },
      changed,
    );
  }

  #at(): { gid: number; epoch: number } {
    return { gid: this.group.gid, epoch: this.group.log.epoch };
  }

  #order(command: Command, ended: Ended): void {
    order(this.port.request, command, (failure) => {
      if (failure && failure !== "offline" && remedyOf(failure.code) === "now") this.resync.open();
      ended(failure);
    });
  }
}
