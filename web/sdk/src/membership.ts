// Who belongs to a group and how it is set up: what members may ask, and admins and owners change.

import { Role, type EventValue, type Opened } from "./codec";
import { failureOf, order, type Ended, type Failure } from "./outcome";
import { Paged } from "./paged";
import type { Draft } from "./plain";
import type { Requester } from "./request";

// A member as they stand in lists.
export type Member = EventValue<"members">["members"][number];
// What owners and admins set; all of it optional where it is a Draft.
export type GroupSettings = NonNullable<Opened["settings"]>;
// What a link carries to let somebody in.
export type InviteMade = EventValue<"invite">;
// A link that still lets somebody in, who made it, and how often it was used.
export type InviteState = EventValue<"invites">["invites"][number];
// muteUntilMs 0 ends a mute; ban false lets somebody in again.
export type MemberChange =
  | { case: "role"; value: Role }
  | { case: "muteUntilMs"; value: number }
  | { case: "kick"; value: true }
  | { case: "ban"; value: boolean };

// Those who wait for approval and those who are banned are shown to admins.
export type Listed = "members" | "waiting" | "banned";

const MEMBERS_PER_PAGE = 50;
const INVITES_PER_PAGE = 50;

export class Membership {
  constructor(
    private readonly gid: number,
    private readonly request: Requester,
    private readonly epoch: () => number,
  ) {}

  // By the beginning of the name.
  list(prefix: string, whom: Listed, changed: () => void): Paged<Member> {
    const { gid } = this;
    const aside = { pending: whom === "waiting", banned: whom === "banned" };
    return new Paged(
      this.request,
      {
        page: (cursor) => ({ case: "fetchMembers", value: { gid, prefix, cursor, count: MEMBERS_PER_PAGE, ...aside } }),
        of: (answer) => {
          if (answer.case !== "members") return undefined;
          const { members, next, total } = answer.value;
          return { items: members, next, total };
        },
      },
      changed,
    );
  }

  // Role, mute, kick or ban. `reason` is shown to them.
  change(uid: number, change: MemberChange, reason: string, ended: Ended): void {
    order(this.request, { case: "changeMember", value: { gid: this.gid, uid, change, reason } }, ended);
  }

  // On somebody who waits for approval; for admins.
  decide(uid: number, accept: boolean, ended: Ended): void {
    order(this.request, { case: "decideJoin", value: { gid: this.gid, uid, accept } }, ended);
  }

  // Only the named fields are taken.
  configure(settings: Draft<GroupSettings>, fields: (keyof GroupSettings)[], ended: Ended): void {
    const names = fields.map(wireName);
    order(this.request, { case: "configureGroup", value: { gid: this.gid, epoch: this.epoch(), settings, fields: names } }, ended);
  }

  // expiresMs 0: never; usesMax 0: as often as one likes.
  invite(expiresMs: number, usesMax: number, done: (made: InviteMade | { failure: Failure }) => void, name = ""): void {
    this.request({ case: "createInvite", value: { gid: this.gid, expiresMs, usesMax, name } }, (answer) =>
      done(answer.case === "invite" ? answer.value : { failure: failureOf(answer) }),
    );
  }

  // Links that still let somebody in; for admins.
  invites(changed: () => void): Paged<InviteState> {
    const { gid } = this;
    return new Paged(
      this.request,
      {
        page: (cursor) => ({ case: "listInvites", value: { gid, cursor, count: INVITES_PER_PAGE } }),
        of: (answer) => (answer.case === "invites" ? { items: answer.value.invites, next: answer.value.next, total: 0 } : undefined),
      },
      changed,
    );
  }

  // Nobody comes in by it from now on.
  endInvite(invite: string, ended: Ended): void {
    order(this.request, { case: "endInvite", value: { gid: this.gid, invite } }, ended);
  }

  // What only this member will see.
  note(uid: number, text: string, ended: Ended): void {
    order(this.request, { case: "writeNote", value: { gid: this.gid, uid, text } }, ended);
  }

  // Its unread is not in the total any more, on all my devices.
  muteForMe(muted: boolean, ended: Ended): void {
    order(this.request, { case: "muteForMe", value: { gid: this.gid, muted } }, ended);
  }
}

// slowModeS -> slow_mode_s
function wireName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
