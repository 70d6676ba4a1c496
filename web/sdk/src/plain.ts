// Generated messages <-> plain objects in which every 64-bit number is a `number`. The protocol
// keeps all of them below 2^53, and a bigint spoils every comparison and every JSON it meets.

import { create, ScalarType, type DescField, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";

type Leaf = string | number | boolean | null | undefined;

export type Plain<T> = T extends bigint
  ? number
  : T extends Leaf
    ? T
    : T extends Uint8Array
      ? Uint8Array
      : T extends readonly (infer Item)[]
        ? Plain<Item>[]
        : { [Key in keyof T as Exclude<Key, "$typeName" | "$unknown">]: Plain<T[Key]> };

// As much of T as there is to say: what is left out gets protobuf's default.
export type Draft<T> = T extends Leaf | Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? Draft<Item>[]
    : T extends { case: infer Case; value: infer Value }
      ? { case: Case; value: Draft<Value> }
      : { [Key in keyof T]?: Draft<T[Key]> | undefined };

// Throws RangeError on a number that the protocol does not allow.
export function plainOf<T extends Message>(message: T): Plain<T> {
  return walk(message) as Plain<T>;
}

function walk(value: unknown): unknown {
  if (typeof value === "bigint") {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError("a number of 2^53 or more");
    return Number(value);
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(walk);
  const plain: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (!key.startsWith("$")) plain[key] = walk(inner);
  }
  return plain;
}

type Fields = Record<string, unknown>;

export function messageOf<Desc extends DescMessage>(desc: Desc, draft: object) {
  return create(desc, initOf(desc, draft as Fields) as MessageInitShape<Desc>);
}

function initOf(desc: DescMessage, draft: Fields): Fields {
  const init: Fields = {};
  for (const field of desc.fields) {
    if (field.oneof) continue;
    const value = draft[field.localName];
    if (value !== undefined) init[field.localName] = valueOf(field, value);
  }
  for (const oneof of desc.oneofs) {
    const chosen = draft[oneof.localName] as { case?: string; value?: unknown } | undefined;
    const field = oneof.fields.find(({ localName }) => localName === chosen?.case);
    if (field && chosen) init[oneof.localName] = { case: chosen.case, value: valueOf(field, chosen.value) };
  }
  return init;
}

function valueOf(field: DescField, value: unknown): unknown {
  if (field.fieldKind === "list") return (value as unknown[]).map((item) => itemOf(field, item));
  return itemOf(field, value);
}

function itemOf(field: DescField, value: unknown): unknown {
  if (field.message) return initOf(field.message, value as Fields);
  return field.scalar === ScalarType.UINT64 ? BigInt(value as number) : value;
}
