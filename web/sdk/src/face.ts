// What a page sees of the classes of this folder: what it may call, and nothing of how the parts talk to
// each other. docs/sdk.md is made from these types and from the comments beside what they name.

import { Client as WholeClient } from "./client";
import type { ClientOptions } from "./client_options";
import type { Connection as WholeConnection } from "./connection";
import type { Directory as WholeDirectory } from "./directory";
import type { Entrance as WholeEntrance } from "./entrance";
import type { EntryCache as WholeEntryCache } from "./entry_cache";
import type { EntryCommands as WholeEntryCommands } from "./entry_commands";
import type { Group as WholeGroup } from "./group";
import type { GroupEvents as WholeGroupEvents } from "./group_events";
import type { History as WholeHistory } from "./history";
import type { Leap as WholeLeap } from "./leap";
import type { Log as WholeLog } from "./log";
import type { Marks as WholeMarks } from "./marks";
import type { Membership as WholeMembership } from "./membership";
import type { Moderation as WholeModeration } from "./moderation";
import type { Outbox as WholeOutbox } from "./outbox";
import type { Paged as WholePaged } from "./paged";
import type { Reader as WholeReader } from "./reader";
import type { Revalidation as WholeRevalidation } from "./revalidation";
import type { Snapshot as WholeSnapshot } from "./snapshot";
import type { Typing as WholeTyping } from "./typing";
import type { Users as WholeUsers } from "./users";
import type { View as WholeView } from "./view";
import type { Writer as WholeWriter } from "./writer";

// One signed-in user: their connection, groups and list of groups. `changed` is called once after every
// event; whoever shows something reads what it needs then. Nothing throws: what fails is told by the answer.
export interface Client
  extends Pick<WholeClient, "uid" | "name" | "level" | "limits" | "blocked" | "unsent" | "changed" | "members" | "block" | "flushReads" | "restore"> {
  readonly connection: Connection;
  readonly users: Users;
  readonly directory: Directory;
  readonly entrance: Entrance;
  // The group is watched from now on, at most 8 at once: the one not asked for longest stops being it, unless
  // something that was written there is not in its log yet.
  group(gid: number): Group;
  // All that are watched.
  readonly groups: readonly Group[];
  // The group if it is watched.
  watched(gid: number): Group | undefined;
}
export const Client: new (options: ClientOptions, changed: () => void) => Client = WholeClient;

// The one socket: connects with start(), and again by itself until stop() or a refusal for good.
export type Connection = Pick<WholeConnection, "state" | "silent" | "serverNow" | "start" | "stop" | "rest" | "back" | "wake" | "doubt">;

// The list of my groups, newest activity first, in pages of 100.
export type Directory = Pick<WholeDirectory, "groups" | "loaded" | "total" | "complete" | "find" | "unread" | "more" | "snapshot" | "restore">;

// The ways into a group, and out of it.
export type Entrance = Pick<WholeEntrance, "asked" | "create" | "join" | "direct" | "leave">;

// Names of people, asked for together and kept; up to 20,000 of them.
export type Users = Pick<WholeUsers, "name" | "picture" | "forgetPicture" | "knows" | "learn">;

// One group as one member sees it. What is held is verified: each entry led to its digest.
export interface Group
  extends Pick<WholeGroup, "gid" | "state" | "opened" | "head" | "floor" | "online" | "role" | "refusal" | "oustedBy" | "mismatches" | "send"> {
  readonly log: Log;
  readonly marks: Marks;
  readonly outbox: Outbox;
  readonly writer: Writer;
  readonly history: History;
  readonly leap: Leap;
  readonly revalidation: Revalidation;
  readonly entryCache: EntryCache;
  readonly entryCommands: EntryCommands;
  readonly membership: Membership;
  readonly moderation: Moderation;
  readonly events: GroupEvents;
  readonly reader: Reader;
  readonly typing: Typing;
  readonly view: View;
  readonly snapshot: Snapshot;
}

// The entries held: one contiguous slice of the group's log, at most about 4,000.
export type Log = Pick<WholeLog, "epoch" | "first" | "last" | "digest" | "entries" | "at">;

// What belongs to entries without being in the log: reactions, read-by, my notes, what I hid for myself.
export type Marks = Pick<WholeMarks, "hidden" | "notesAfter" | "readBy" | "reactions">;

// What was written and is not in the log yet, in the order in which it was written.
export type Outbox = Pick<WholeOutbox, "items" | "discard">;

// What was refused, written once more.
export type Writer = Pick<WholeWriter, "sendAgain">;

// Older entries, for somebody who scrolls back.
export type History = Pick<WholeHistory, "loading" | "damaged" | "complete" | "older">;

// To a place far from what is held.
export type Leap = Pick<WholeLeap, "to">;

// Held entries that may have been recalled or edited while the connection was away.
export type Revalidation = Pick<WholeRevalidation, "shown">;

// Single entries outside of what is held, up to 500: what a reply quotes, what a search has found.
export type EntryCache = Pick<WholeEntryCache, "entry" | "asking" | "around">;

// What a member does to entries that are in the log. `ended` is called once, with the failure if there is one.
export type EntryCommands = Pick<WholeEntryCommands, "recall" | "edit" | "hide" | "react" | "clearReactions" | "readers" | "near" | "search">;

// Who belongs to the group and how it is set up. `ended` is called once, with the failure if there is one.
export type Membership = Pick<
  WholeMembership,
  "list" | "change" | "decide" | "configure" | "invite" | "invites" | "endInvite" | "note" | "muteForMe"
>;

// What members report, what moderators do about it, and who they are.
export type Moderation = Pick<
  WholeModeration,
  "staff" | "moved" | "loadStaff" | "member" | "report" | "dismiss" | "recallMember" | "log"
>;

// What this page has changed itself and need not wait to hear of.
export type GroupEvents = Pick<WholeGroupEvents, "configured">;

// How far I have read, and how much I have not.
export type Reader = Pick<WholeReader, "read" | "shown" | "show" | "flush" | "unread">;

// Who is writing just now.
export type Typing = Pick<WholeTyping, "who" | "typed">;

// Which entries are on the screen, and so must be held: the rest goes, and is pulled again.
export type View = Pick<WholeView, "shows" | "left">;

// What a page keeps of the group for the next one, which gives it to ClientOptions.kept.
export type Snapshot = Pick<WholeSnapshot, "stamp" | "take">;

// A list that the server gives page by page. It is empty until more() was called.
export type Paged<Item> = Pick<WholePaged<Item>, "items" | "total" | "loading" | "failure" | "complete" | "more" | "again">;
