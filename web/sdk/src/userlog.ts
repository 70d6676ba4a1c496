// My own log: what happens to me, numbered, with one cursor. Every number is applied once and in
// order; a gap is fetched; what carries no number is told once and kept nowhere.

import type { EventValue, UserLogEntry } from "./codec";
import type { Env } from "./env";
import type { Answer, Requester } from "./request";
import { delayMs } from "./timer";

// Where the cursor lies beside what was applied: both in memory, or both on the disk. A cursor that
// outlives the hides and notes it stands for would lose them.
export interface UserLogPlace {
  // 0: nothing was applied yet.
  read(): number;
  // After each event that was applied.
  write(seq: number): void;
}

export interface UserLogListener {
  happened(entry: UserLogEntry): void;
  // What lies between the cursor and now cannot be told any more.
  afresh(): void;
}

export function inMemory(): UserLogPlace {
  let last = 0;
  return { read: () => last, write: (seq) => (last = seq) };
}

// The upper bits of a number tell the history that gave it, so the first one of a log is never 1 itself.
const isVeryFirst = (userLogSeq: number) => userLogSeq % 2 ** 32 === 1;

export class UserLog {
  #fetch = 0;
  #fetching = false;
  #tries = 0;
  #continues = false;

  constructor(
    private readonly env: Env,
    private readonly request: Requester,
    private readonly place: UserLogPlace,
    private readonly listener: UserLogListener,
  ) {}

  get last(): number {
    return this.place.read();
  }

  // What follows continues the cursor that was named, whatever its first number is: after a restore the
  // server goes on far above all that it ever gave.
  greeted(): void {
    this.#continues = true;
  }

  disconnected(): void {
    this.#fetch += 1;
    this.#fetching = false;
  }

  take({ entries, head, reset }: EventValue<"userLog">): void {
    if (reset) {
      this.place.write(head);
      this.listener.afresh();
    }
    const first = entries.find(({ userLogSeq }) => userLogSeq > 0)?.userLogSeq ?? 0;
    const continues = this.#continues || (this.last === 0 && isVeryFirst(first));
    if (continues && first > this.last + 1) this.place.write(first - 1);
    this.#continues = false;
    for (const entry of entries) {
      const { userLogSeq } = entry;
      if (userLogSeq === 0) {
        this.listener.happened(entry);
      } else if (userLogSeq === this.last + 1) {
        this.listener.happened(entry);
        this.place.write(userLogSeq);
      }
    }
    const told = entries.at(-1)?.userLogSeq ?? 0;
    if (Math.max(head, told) > this.last) this.#ask();
  }

  #ask(): void {
    if (this.#fetching) return;
    this.#fetching = true;
    const fetch = ++this.#fetch;
    const before = this.last;
    this.request({ case: "fetchUserLog", value: { afterSeq: before } }, (answer) => {
      if (fetch !== this.#fetch) return;
      this.#fetching = false;
      this.#answered(answer, before);
    });
  }

  #answered(answer: Answer, before: number): void {
    if (answer.case === "lost") return;
    // A page that brings nothing on must not be asked for again at once.
    if (answer.case === "userLog" && (answer.value.reset || answer.value.entries.length > 0 || answer.value.head <= before)) {
      this.#tries = 0;
      this.#continues = true;
      return this.take(answer.value);
    }
    this.#tries += 1;
    const fetch = this.#fetch;
    const afterMs = answer.case === "refused" ? answer.value.retryAfterMs : 0;
    this.env.after(afterMs + delayMs(this.#tries, this.env), () => {
      if (fetch === this.#fetch) this.#ask();
    });
  }
}
