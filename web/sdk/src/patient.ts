// Questions that the server refuses for now are asked again when it says, so that nobody who shows a
// list has to: whoever asked just waits a little longer for the answer.

import type { Command } from "./codec";
import type { Env } from "./env";
import { isDamage, remedyOf } from "./refusal";
import type { Requester } from "./request";

// They change nothing, so asking twice does no harm.
const QUESTIONS: ReadonlySet<Command["case"]> = new Set<Command["case"]>([
  "list", "pull", "near", "whoRead", "fetchUsers", "fetchMembers", "searchEntries", "listInvites", "fetchModeration",
]);

export function patient(env: Env, request: Requester): Requester {
  const ask: Requester = (command, answered) =>
    request(command, (answer) => {
      const later = answer.case === "refused" && remedyOf(answer.value.code) === "later" && answer.value.retryAfterMs > 0;
      // Nobody mends a disk while somebody looks at a list: they are told.
      if (!later || isDamage(answer.value)) return answered(answer);
      env.after(answer.value.retryAfterMs, () => ask(command, answered));
    });
  return (command, answered) => (QUESTIONS.has(command.case) ? ask : request)(command, answered);
}
