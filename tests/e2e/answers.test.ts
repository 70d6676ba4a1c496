// Each command is answered, exactly once, by what docs/protocol.md names: a kind that were not would in
// time fill a client's places for unanswered ones.

import { readFileSync } from "node:fs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BodySchema } from "../../web/sdk/gen/stentor/v1/entry_pb";
import { ClientFrameSchema } from "../../web/sdk/gen/stentor/v1/wire_pb";
import { enter, type Account } from "./account";
import { eventually, Server } from "./server";
import { uuid7, WireClient, type Command, type Said } from "./wire_client";

const GOLDEN = new URL("../golden/client_frames.json", import.meta.url);
const server = new Server(["--sends-per-second", "1000", "--sends-burst", "1000"]);
const body = (text: string) => toBinary(BodySchema, create(BodySchema, { text }));
let ann: Account;
let bob: Account;

beforeAll(async () => {
  await server.start();
  ann = await enter(server, "sign-up", "ann");
  bob = await enter(server, "sign-up", "bob");
});

afterAll(() => server.stop());

test("whatever a frame of the protocol asks for, it is answered once", async () => {
  const client = await WireClient.hello(server, ann.token);
  const records = JSON.parse(readFileSync(GOLDEN, "utf8")) as { name: string; hex: string }[];
  const sent = new Map<number, string>();
  for (const { name, hex } of records) {
    const frame = fromBinary(ClientFrameSchema, Buffer.from(hex, "hex"));
    if (frame.command.case === "hello" || frame.command.case === "here") continue; // Here has no answer.
    frame.requestId = 1_000 + sent.size;
    sent.set(frame.requestId, name);
    client.socket.send(toBinary(ClientFrameSchema, frame));
  }
  const answers = (id: number) => client.events.filter(({ requestId }) => requestId === id).length;
  await eventually("all are answered", async () => [...sent.keys()].every((id) => answers(id) > 0), 20_000).catch(() => undefined);
  // What comes behind them has been answered after them.
  await client.ask({ case: "list", value: {} });
  expect([...sent].filter(([id]) => answers(id) !== 1).map(([id, name]) => `${name}: ${answers(id)}`)).toEqual([]);
  client.socket.close();
});

test("a command that succeeds is answered by the frame that the protocol's table names", async () => {
  const client = await WireClient.hello(server, ann.token);
  const other = await WireClient.hello(server, bob.token);
  const ready = await client.ask({ case: "createGroup", value: { settings: { name: "Answers" }, cmid: uuid7() } });
  if (ready.case !== "groupReady") throw new Error(`no group: ${ready.case}`);
  const { gid } = ready.value;
  const uid = BigInt(bob.uid);
  const at = { gid, epoch: ready.value.epoch };
  const steps: [Command, Said["case"]][] = [
    [{ case: "open", value: { gid } }, "opened"],
    [{ case: "send", value: { gid, cmid: uuid7(), body: body("one") } }, "sent"],
    [{ case: "send", value: { gid, cmid: uuid7(), body: body("two") } }, "sent"],
    [{ case: "list", value: {} }, "groups"],
    [{ case: "pull", value: { ...at, from: 1n, to: 2n } }, "range"],
    [{ case: "near", value: { ...at, timeMs: BigInt(Date.now()) } }, "range"],
    [{ case: "read", value: { ...at, seq: 2n } }, "done"],
    [{ case: "edit", value: { ...at, seq: 1n, body: body("uno") } }, "done"],
    [{ case: "recall", value: { ...at, seq: 1n } }, "done"],
    [{ case: "hide", value: { ...at, seqs: [1n] } }, "done"],
    [{ case: "react", value: { ...at, seq: 2n, emoji: "👍" } }, "done"],
    [{ case: "whoRead", value: { ...at, seq: 2n } }, "readers"],
    [{ case: "typing", value: { gid } }, "done"],
    [{ case: "fetchUsers", value: { uids: [uid] } }, "users"],
    [{ case: "fetchUserLog", value: { afterSeq: 0n } }, "userLog"],
    [{ case: "fetchMembers", value: { gid } }, "members"],
    [{ case: "searchEntries", value: { gid, words: "two" } }, "foundEntries"],
    [{ case: "createInvite", value: { gid } }, "invite"],
    [{ case: "listInvites", value: { gid } }, "invites"],
    [{ case: "dismissReports", value: { ...at, seq: 2n } }, "done"],
    [{ case: "recallMember", value: { ...at, uid, sinceMs: 1n } }, "memberRecalled"],
    [{ case: "fetchModeration", value: { gid } }, "moderation"],
    [{ case: "configureGroup", value: { ...at, settings: { topic: "t" }, fields: ["topic"] } }, "done"],
    [{ case: "changeMember", value: { gid, uid, change: { case: "muteUntilMs", value: BigInt(Date.now() + 60_000) } } }, "done"],
    [{ case: "writeNote", value: { gid, uid, text: "psst" } }, "done"],
    [{ case: "muteForMe", value: { gid, muted: true } }, "done"],
    [{ case: "blockUser", value: { uid, blocked: true } }, "done"],
    [{ case: "openDirect", value: { uid } }, "groupReady"],
    [{ case: "changeMember", value: { gid, uid, change: { case: "kick", value: true } } }, "done"],
    [{ case: "close", value: { gid } }, "done"],
    [{ case: "leaveGroup", value: { gid } }, "done"],
  ];
  expect((await other.ask({ case: "joinGroup", value: { gid } })).case).toBe("groupReady");
  const said: string[] = [];
  for (const [command] of steps) {
    const answer = await client.ask(command);
    said.push(`${command.case}: ${answer.case}${answer.case === "refused" ? ` ${answer.value.code} ${answer.value.field}` : ""}`);
  }
  expect(said).toEqual(steps.map(([command, answer]) => `${command.case}: ${answer}`));
  const told = new Set(steps.map(([command]) => command.case));
  const kinds = ClientFrameSchema.fields.filter(({ oneof }) => oneof !== undefined).map(({ localName }) => localName);
  expect(kinds.filter((kind) => !told.has(kind as Command["case"]))).toEqual([
    "hello", "createGroup", "joinGroup", "decideJoin", "endInvite", "clearReactions", "here", "report",
  ]);
  for (const { socket } of [client, other]) socket.close();
});
