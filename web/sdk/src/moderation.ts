// What members report and moderators do about it: the group's moderation log, taking back all that a
// member wrote, and who the group's admins are.

import { ModerationKind, type EventValue, type Role } from "./codec";
import type { GroupPort } from "./group_port";
import type { GroupState } from "./group_state";
import { failureOf, order, type Ended, type Failure } from "./outcome";

// A line of the log: a report, or what a moderator did; see ModerationKind.
export type ModerationLine = EventValue<"moderation">["rows"][number];
// What taking back came to; with a failure, what was done before it is.
export type Recalled = { count: number; failure?: Failure };

const LINES_PER_PAGE = 100;
const STAFF_MAX = 100;

export class Moderation {
  // Roles of admins and the owner, by uid; nothing before loadStaff().
  staff: ReadonlyMap<number, Role> = new Map();

  constructor(
    private readonly group: GroupState,
    private readonly port: GroupPort,
  ) {}

  // Grows when what waits for those who moderate has changed: requests to join, reports. Told to admins alone, about
  // once a second; it may be lost, so what was asked for long ago is asked for again.
  get moved(): number {
    return this.group.dutiesMoved;
  }

  // Asks who is an admin here, up to 100 of them.
  loadStaff(): void {
    const { gid } = this.group;
    this.port.request({ case: "fetchMembers", value: { gid, staff: true, count: STAFF_MAX } }, (answer) => {
      if (answer.case !== "members") return;
      this.staff = new Map(answer.value.members.map(({ uid, role }) => [uid, role]));
      this.port.changed();
    });
  }

  // One member by their number; nothing: they are none, or it is not known.
  member(uid: number, found: (member: EventValue<"members">["members"][number] | undefined) => void): void {
    this.port.request({ case: "fetchMembers", value: { gid: this.group.gid, uid } }, (answer) =>
      found(answer.case === "members" ? answer.value.members[0] : undefined),
    );
  }

  // To those who moderate the group; a reason of at most 512 bytes.
  report(seq: number, reason: string, ended: Ended): void {
    order(this.port.request, { case: "report", value: { ...this.#at(), seq, reason } }, ended);
  }

  // The reports of an entry so far; for admins.
  dismiss(seq: number, reason: string, ended: Ended): void {
    order(this.port.request, { case: "dismissReports", value: { ...this.#at(), seq, reason } }, ended);
  }

  // All that a member below me has written since then, step by step; for admins. `done` is called once.
  recallMember(uid: number, sinceMs: number, reason: string, done: (recalled: Recalled) => void): void {
    let count = 0;
    const step = (before: number) =>
      this.port.request({ case: "recallMember", value: { ...this.#at(), uid, sinceMs, before, reason } }, (answer) => {
        if (answer.case !== "memberRecalled") return this.#later(answer, () => step(before), (failure) => done({ count, failure }));
        count += answer.value.count;
        if (answer.value.before > 0) step(answer.value.before);
        else done({ count });
      });
    step(0);
  }

  // Lines below the number `before`, newest first; 0: from the newest on. `next` 0: there are no older ones. For admins.
  log(before: number, found: (page: { lines: readonly ModerationLine[]; next: number } | { failure: Failure }) => void): void {
    const { gid } = this.group;
    this.port.request({ case: "fetchModeration", value: { gid, before, count: LINES_PER_PAGE } }, (answer) =>
      found(answer.case === "moderation" ? { lines: answer.value.rows, next: answer.value.next } : { failure: failureOf(answer) }),
    );
  }

  // A long way back is more than the server does at once: it says when to go on.
  #later(answer: Parameters<typeof failureOf>[0], again: () => void, failed: (failure: Failure) => void): void {
    const waitMs = answer.case === "refused" ? answer.value.retryAfterMs : 0;
    if (answer.case === "refused" && answer.value.rule === "cost" && waitMs > 0) this.port.env.after(waitMs, again);
    else failed(failureOf(answer));
  }

  #at(): { gid: number; epoch: number } {
    return { gid: this.group.gid, epoch: this.group.epoch };
  }
}

// The entries that were reported and nobody has decided on, newest first, each with its reports.
export interface Reported {
  seq: number;
  epoch: number;
  uid: number;
  reports: ModerationLine[];
}

// `lines`: newest first, from the newest on.
export function openReports(lines: readonly ModerationLine[]): Reported[] {
  const decided = new Set<string>();
  const open = new Map<string, Reported>();
  for (const line of lines) {
    const { kind, epoch, seq, uid } = line;
    const key = `${epoch}/${seq}`;
    if (kind === ModerationKind.DISMISS || kind === ModerationKind.RECALL) decided.add(key);
    if (kind !== ModerationKind.REPORT || decided.has(key)) continue;
    const known = open.get(key);
    if (known) known.reports.push(line);
    else open.set(key, { seq, epoch, uid, reports: [line] });
  }
  return [...open.values()];
}
