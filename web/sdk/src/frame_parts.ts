// The number and the kind of a frame, without reading the rest of it: what several clients say over one socket is
// numbered anew, and handed on as it is.

import { ClientFrameSchema, ServerFrameSchema } from "../gen/stentor/v1/wire_pb";

const REQUEST_ID_TAG = 0x08;  // Field 1, a varint.
const NAMES = new Map(ClientFrameSchema.fields.map((field) => [field.number, field.localName]));
const EVENT_NAMES = new Map(ServerFrameSchema.fields.map((field) => [field.number, field.localName]));

export interface Parts {
  // 0: none.
  requestId: number;
  // The command's or event's field; empty: unknown.
  kind: string;
  // All but the number.
  rest: Uint8Array;
}

export const commandParts = (bytes: Uint8Array): Parts => partsOf(bytes, NAMES);
export const eventParts = (bytes: Uint8Array): Parts => partsOf(bytes, EVENT_NAMES);

function partsOf(bytes: Uint8Array, names: ReadonlyMap<number, string>): Parts {
  const id = bytes[0] === REQUEST_ID_TAG ? varintAt(bytes, 1) : { value: 0, end: 0 };
  const rest = bytes.subarray(id.end);
  return { requestId: id.value, kind: names.get(varintAt(rest, 0).value >>> 3) ?? "", rest };
}

export function withRequestId(requestId: number, rest: Uint8Array): Uint8Array {
  if (requestId === 0) return rest;
  const head = [REQUEST_ID_TAG];
  let left = requestId;
  for (; left > 0x7f; left = Math.floor(left / 128)) head.push((left % 128) | 0x80);
  head.push(left);
  const bytes = new Uint8Array(head.length + rest.length);
  bytes.set(head);
  bytes.set(rest, head.length);
  return bytes;
}

function varintAt(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  let unit = 1;
  for (let i = at; i < bytes.length && unit <= 2 ** 28; ++i) {
    const byte = bytes[i] ?? 0;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return { value, end: i + 1 };
    unit *= 128;
  }
  return { value, end: bytes.length };
}
