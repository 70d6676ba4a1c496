import { readFileSync } from "node:fs";
import { fromBinary, toJson, type JsonValue } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ClientFrameSchema, ServerFrameSchema } from "../gen/stentor/v1/wire_pb";
import { decodeEvent, encodeCommand, type Command, type Entry } from "../src/codec";
import { hexOf, makeCmid } from "../src/cmid";
import { chained, firstBodyHash, genesis, hashOf } from "../src/digest";
import { plainOf } from "../src/plain";

function golden<Row>(name: string): Row[] {
  return JSON.parse(readFileSync(new URL(`../../../tests/golden/${name}.json`, import.meta.url), "utf8")) as Row[];
}
const bytes = (hex = "") => Uint8Array.from(Buffer.from(hex, "hex"));

interface FrameRow {
  name: string;
  hex: string;
  json: JsonValue;
}

describe("client frames", () => {
  test.each(golden<FrameRow>("client_frames"))("$name", ({ hex, json }) => {
    const message = fromBinary(ClientFrameSchema, bytes(hex));
    expect(toJson(ClientFrameSchema, message)).toEqual(json);

    const { requestId, command } = plainOf(message);
    expect(hexOf(encodeCommand(requestId, command as Command))).toBe(hex);
  });
});

describe("server frames", () => {
  test.each(golden<FrameRow>("server_frames"))("$name", ({ hex, json, name }) => {
    expect(toJson(ServerFrameSchema, fromBinary(ServerFrameSchema, bytes(hex)))).toEqual(json);

    const frame = decodeEvent(bytes(hex));
    const camel = name.split("/")[0]?.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(frame?.event?.case).toBe(camel);
    expect(frame?.requestId).toBe((json as { requestId: number }).requestId);
  });
});

interface DigestRow {
  kind: "hash" | "genesis" | "link";
  digest: string;
  input?: string;
  gid?: string;
  before?: string;
  seq?: string;
  sender?: string;
  cmid?: string;
  entry_kind?: string;
  time_ms?: string;
  body?: string;
  body_hash?: string;
}

describe("digests", () => {
  test.each(golden<DigestRow>("digests"))("$kind $digest", (row) => {
    expect(hexOf(digestOf(row))).toBe(row.digest);
  });

  function digestOf(row: DigestRow): Uint8Array {
    if (row.kind === "hash") return hashOf(bytes(row.input));
    if (row.kind === "genesis") return genesis(Number(row.gid));
    const entry: Entry = {
      seq: Number(row.seq), sender: Number(row.sender), cmid: bytes(row.cmid), kind: Number(row.entry_kind),
      timeMs: Number(row.time_ms), revision: 0, origin: 0, ordinal: 0, body: bytes(row.body),
      bodyHash: new Uint8Array(), recalled: false, changedBy: 0, changedMs: 0,
    };
    expect(hexOf(firstBodyHash(entry))).toBe(row.body_hash);
    const recalled = { ...entry, revision: 1, body: new Uint8Array(), bodyHash: bytes(row.body_hash), recalled: true };
    expect(chained(bytes(row.before), recalled)).toEqual(chained(bytes(row.before), entry));
    return chained(bytes(row.before), entry);
  }
});

describe("cmids", () => {
  test.each(golden<{ time_ms: string; random: string; cmid: string }>("cmids"))("$cmid", (row) => {
    const env = { now: () => 0, after: () => () => {}, random: () => bytes(row.random) };
    expect(hexOf(makeCmid(Number(row.time_ms), env))).toBe(row.cmid);
  });
});

test("what is no frame is told apart from an event of a later version", () => {
  expect(decodeEvent(bytes("ffff"))).toBeUndefined();
  expect(decodeEvent(bytes(""))).toBeUndefined();
  // Field 999 of ServerFrame, a string.
  expect(decodeEvent(bytes("0807ba3e026869"))).toEqual({ requestId: 7 });
});

test("a number that JavaScript cannot hold is refused, not rounded", () => {
  // Head.gid = 2^53.
  expect(decodeEvent(bytes("6209088080808080808010"))).toBeUndefined();
});
