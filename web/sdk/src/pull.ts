// A range of a group's entries, asked of the server by their numbers, and everything that it may answer.
// What concerns the group as a whole is done here: a fork, a floor that rose, a group that is to be opened
// again. Whoever asked says what becomes of the entries, and of their not being here.

import type { EventValue, Refused } from "./codec";
import { genesis, sameBytes } from "./digest";
import type { Floor } from "./floor";
import type { GroupPort, Resync } from "./group_port";
import type { GroupState } from "./group_state";
import { chain } from "./log";
import { failureOf, type Failure } from "./outcome";
import { isDamage, remedyOf } from "./refusal";
import type { Answer } from "./request";

export type Range = EventValue<"range">;

export type Pulled =
  // One entry at least, up to `end`; they lead from `digestBefore`, the group's own before its first, to `digest`.
  | { case: "entries"; range: Range; end: number }
  // The server has none of them.
  | { case: "nothing" }
  // They do not lead to the digest that came with them.
  | { case: "misfit" }
  // What lies at or below it is not shown to this member; the group knows.
  | { case: "floor"; floor: number }
  // The server cannot read one of them.
  | { case: "damaged"; refusal: Refused }
  | { case: "failed"; failure: Failure; retryAfterMs: number };

export class Pull {
  #asking = 0;
  #generation = 0;

  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly floor: Floor,
    private readonly port: GroupPort,
  ) {}

  // How many answers are waited for.
  get asking(): number {
    return this.#asking;
  }

  // What was asked before counts for nothing, nor what was to be done later.
  forget(): void {
    this.#generation += 1;
    this.#asking = 0;
  }

  // `done` is called at most once, `dropped` when it will not be: all was forgotten, or the connection is gone.
  ask(from: number, to: number, done: (pulled: Pulled) => void, dropped: () => void = () => {}): void {
    const { gid, epoch } = this.group;
    const generation = this.#generation;
    this.#asking += 1;
    this.port.request({ case: "pull", value: { gid, epoch, from, to } }, (answer) => {
      if (generation !== this.#generation) return dropped();
      this.#asking -= 1;
      if (answer.case === "lost") return dropped();
      const pulled = this.#pulled(answer);
      // The answer itself may have made the group forget.
      if (generation === this.#generation) done(pulled);
      else dropped();
      this.port.changed();
    });
  }

  later(waitMs: number, run: () => void): void {
    const generation = this.#generation;
    this.port.env.after(waitMs, () => {
      if (generation === this.#generation) run();
    });
  }

  #pulled(answer: Answer): Pulled {
    switch (answer.case) {
      case "range":
        return this.#range(answer.value);
      case "reset":
        this.floor.onReset(answer.value);
        return { case: "floor", floor: answer.value.floor };
      case "fork":
        this.resync.onFork(answer.value, false);
        break;
      case "refused":
        if (isDamage(answer.value)) return { case: "damaged", refusal: answer.value };
        if (remedyOf(answer.value.code) === "now") this.resync.open();
        break;
      default:
    }
    const retryAfterMs = answer.case === "refused" ? answer.value.retryAfterMs : 0;
    return { case: "failed", failure: failureOf(answer), retryAfterMs };
  }

  #range(range: Range): Pulled {
    const { firstSeq, entries } = range;
    this.floor.rises(range.floor);
    if (entries.length === 0) return { case: "nothing" };
    const digestBefore = firstSeq === 1 ? genesis(this.group.gid) : range.digestBefore;
    const digest = chain(digestBefore, firstSeq, entries);
    if (!digest || !sameBytes(digest, range.digest)) return { case: "misfit" };
    const end = firstSeq + entries.length - 1;
    this.group.marks.page(range, firstSeq, end);
    return { case: "entries", range: { ...range, digestBefore }, end };
  }
}
