// Frames <-> bytes.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { BodySchema, type Body as BodyMessage, type Entry as EntryMessage } from "../gen/stentor/v1/entry_pb";
import {
  ClientFrameSchema, GroupsSchema, OpenedSchema, ServerFrameSchema, type ClientFrame, type ServerFrame,
} from "../gen/stentor/v1/wire_pb";
import { messageOf, plainOf, type Draft, type Plain } from "./plain";

export { Code } from "../gen/stentor/v1/code_pb";
export { EntryKind } from "../gen/stentor/v1/entry_pb";
export { GroupKind, JoinPolicy, ModerationKind, NoteKind, OustReason, Role } from "../gen/stentor/v1/wire_pb";

type CommandOf<C> = C extends { case: infer Case extends string; value: infer Value }
  ? { case: Case; value: Draft<Plain<Value>> }
  : never;
type EventOf<E> = E extends { case: infer Case extends string; value: infer Value }
  ? { case: Case; value: Plain<Value> }
  : never;

export type Command = CommandOf<ClientFrame["command"]>;
export type ServerEvent = EventOf<ServerFrame["event"]>;
export type EventValue<Case extends ServerEvent["case"]> = Extract<ServerEvent, { case: Case }>["value"];

// One numbered entry of a log. `timeMs` is the server's; `body` is for decodeBody(), empty when recalled.
export type Entry = Plain<EntryMessage>;
// What a member wrote: text, a reply to another entry, mentions.
export type Body = Plain<BodyMessage>;
export type Cursor = { gid: number; epoch: number; seq: number };
export type Welcome = EventValue<"welcome">;
export type Opened = EventValue<"opened">;
// Why the server refused: `code` and remedyOf() say what to do, `field` what it concerns, `retryAfterMs` when.
export type Refused = EventValue<"refused">;
// A group as it stands in my list; `unread` up to 99 exactly.
export type GroupSummary = EventValue<"groups">["groups"][number];
export type UserLogEntry = EventValue<"userLog">["entries"][number];

export interface Frame {
  requestId: number;
  // Absent: an event that this version does not know, to be passed over.
  event?: ServerEvent;
}

export function encodeCommand(requestId: number, command: Command): Uint8Array {
  return toBinary(ClientFrameSchema, messageOf(ClientFrameSchema, { requestId, command }));
}

// Nothing: the bytes are no frame.
export function decodeEvent(bytes: Uint8Array): Frame | undefined {
  if (bytes.length === 0) return undefined;
  try {
    const { requestId, event } = plainOf(fromBinary(ServerFrameSchema, bytes));
    return event.case === undefined ? { requestId } : { requestId, event };
  } catch {
    return undefined;
  }
}

// Of one client among several that share a socket; nothing: the bytes are no frame.
export function decodeCommand(bytes: Uint8Array): { requestId: number; command: Command } | undefined {
  return decoded(() => plainOf(fromBinary(ClientFrameSchema, bytes)) as { requestId: number; command: Command });
}

export function encodeEvent(requestId: number, event: Draft<ServerEvent>): Uint8Array {
  return toBinary(ServerFrameSchema, messageOf(ServerFrameSchema, { requestId, event }));
}

export function encodeBody(body: Draft<Body>): Uint8Array {
  return toBinary(BodySchema, messageOf(BodySchema, body));
}

// Nothing: written by somebody whose body is none.
export function decodeBody(bytes: Uint8Array): Body | undefined {
  return decoded(() => plainOf(fromBinary(BodySchema, bytes)));
}

// What a page keeps is made of the protocol's own messages.
export function encodeOpened(opened: Opened): Uint8Array {
  return toBinary(OpenedSchema, messageOf(OpenedSchema, opened));
}

export function encodeGroups(groups: EventValue<"groups">): Uint8Array {
  return toBinary(GroupsSchema, messageOf(GroupsSchema, groups));
}

// Nothing: the bytes are damaged.
export function decodeOpened(bytes: Uint8Array): Opened | undefined {
  return decoded(() => plainOf(fromBinary(OpenedSchema, bytes)));
}

export function decodeGroups(bytes: Uint8Array): EventValue<"groups"> | undefined {
  return decoded(() => plainOf(fromBinary(GroupsSchema, bytes)));
}

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
