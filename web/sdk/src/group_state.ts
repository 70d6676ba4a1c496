// What is known of one group, for all its parts to read. No behaviour: who owns a field is said beside it,
// and nobody else writes there.

import { Role, type Opened, type OustReason, type Refused } from "./codec";
import { Log } from "./log";
import { Marks } from "./marks";

// refused: the server does not let us in; ousted: it did, and then put us out.
export type OpenState = "offline" | "opening" | "open" | "refused" | "ousted";

export class GroupState {
  // Grown by Group.apply() at its new end and by History at its old one.
  readonly log = new Log();
  readonly marks = new Marks();
  // Opening's, and Group's where the server says how it ended.
  state: OpenState = "offline";
  // As the server said it last; kept while the connection is away.
  opened: Omit<Opened, "entries"> | undefined;
  // The newest seq that the server is known to have.
  head = 0;
  // Floor's: nothing at or below it is seen by this member.
  floor = 0;
  online = 0;
  refusal: Refused | undefined;
  oustedBy: { reason: OustReason; by: number } | undefined;
  // How often what came did not fit what we hold. Zero is what everybody should always see.
  mismatches = 0;
  // How often the server said that what waits for those who moderate has changed; GroupEvents'.
  dutiesMoved = 0;

  constructor(readonly gid: number) {}

  get epoch(): number {
    return this.log.epoch;
  }
  get role(): Role {
    return this.opened?.role ?? Role.NONE;
  }
}
