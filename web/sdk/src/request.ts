// One request, one answer, one timeout.

import type { Command, ServerEvent } from "./codec";
import type { Cancel, Env } from "./env";

// lost: the connection went away; late: no answer in time. Either way the outcome is unknown.
export type Answer = ServerEvent | { case: "lost" } | { case: "late" };

// `answered` is called exactly once.
export type Requester = (command: Command, answered: (answer: Answer) => void) => void;

export const ANSWER_WITHIN_MS = 15_000;

export class PendingRequest {
  readonly command: Command;
  readonly #answered: (answer: Answer) => void;
  #cancel: Cancel | undefined;
  #settled = false;

  constructor(command: Command, answered: (answer: Answer) => void) {
    this.command = command;
    this.#answered = answered;
  }

  // From now on the answer is awaited; `late` frees whatever the caller keeps under the request id.
  start(env: Env, late: () => void): void {
    this.#cancel = env.after(ANSWER_WITHIN_MS, () => {
      late();
      this.settle({ case: "late" });
    });
  }

  settle(answer: Answer): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#cancel?.();
    this.#answered(answer);
  }
}
