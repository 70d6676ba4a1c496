// What a page needs, and nothing else; docs/sdk.md tells what each is.

export { Client } from "./face";
export { SharedSocket } from "./shared_socket";
export type {
  Connection, Directory, Entrance, EntryCache, EntryCommands, Group, GroupEvents, History, Leap, Log, Marks, Membership, Moderation,
  Outbox, Paged, Reader, Revalidation, Snapshot, Typing, Users, View, Writer,
} from "./face";
export type { ClientOptions } from "./client_options";
export type { ConnectionState } from "./connection";
export type { Ready } from "./entrance";
export type { Cancel, Env, OpenSocket, Socket, SocketEvents } from "./env";
export type { OpenState } from "./group_state";
export type { Leapt } from "./leap";
export type { Note, Reaction } from "./marks";
export type { GroupSettings, InviteMade, InviteState, Listed, Member, MemberChange } from "./membership";
export { openReports, type ModerationLine, type Recalled, type Reported } from "./moderation";
export type { SearchBounds } from "./entry_commands";
export type { Ended, Failure } from "./outcome";
export type { Pending, PendingState } from "./outbox";
export type { Draft } from "./plain";
export type { Answer } from "./request";
export type { UserLogPlace } from "./userlog";
export type { Save, Unsent } from "./unsent";
export { decodeBody, type Body, type Entry, type GroupSummary, type Refused } from "./codec";
export { Code, EntryKind, GroupKind, JoinPolicy, ModerationKind, NoteKind, OustReason, Role } from "./codec";
export { hexOf } from "./cmid";
export { platform, signIn } from "./platform";
export { hasher, type Hasher } from "./digest";
export { isDamage, remedyOf, type Remedy } from "./refusal";
export { SUBPROTOCOL, webSocketOpener, type WebSocketLike } from "./transport";
export { UNREAD_MANY } from "./unread";
