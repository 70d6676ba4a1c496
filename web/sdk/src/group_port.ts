// What a group and its parts need of the client, and what the parts need of their group.

import type { EventValue } from "./codec";
import type { Env } from "./env";
import type { Page } from "./log";
import type { Requester } from "./request";
import type { Save } from "./unsent";

export interface GroupPort {
  readonly env: Env;
  uid(): number;
  serverNow(): number;
  // The server's storm level.
  level(): number;
  readonly request: Requester;
  changed(): void;
  // Puts what was written where no end of the page takes it, and says when it lies there, or cannot. Without
  // it everything goes out at once.
  save?: Save | undefined;
}

// How what is held comes to be what the server has.
export interface Resync {
  // Takes in what continues the log. False: it did not fit, and the group is being opened afresh.
  apply(page: Page): boolean;
  // The head is known to be at least there.
  reached(at: { epoch: number; head: number }): void;
  // Whether what is said of `epoch` can be applied; if the epoch is new, the group is opened again.
  current(epoch: number): boolean;
  // Goes on from what is held.
  open(): void;
  // From nothing: what is held does not lead to the server's log, or leads there too slowly.
  afresh(): void;
  // What came does not fit what is held.
  mismatch(): void;
  // Unasked a fork comes before an Opened; as the answer to a Pull it does not.
  onFork(fork: EventValue<"fork">, openedFollows: boolean): void;
}
