// How a command ended that is answered by nothing but "done" or a refusal.

import type { Command, Refused } from "./codec";
import type { Answer, Requester } from "./request";

// offline: whether it was done is not known.
export type Failure = Refused | "offline";
// Called once; with nothing when it is done.
export type Ended = (failure?: Failure) => void;

export function failureOf(answer: Answer): Failure {
  return answer.case === "refused" ? answer.value : "offline";
}

export function order(request: Requester, command: Command, ended: Ended): void {
  request(command, (answer) => ended(answer.case === "done" ? undefined : failureOf(answer)));
}
