// What the server does with clients that do not keep to the protocol, or want what is not theirs.

import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Code } from "../../web/sdk/gen/stentor/v1/code_pb";
import { BodySchema } from "../../web/sdk/gen/stentor/v1/entry_pb";
import { enter, type Account } from "./account";
import { Server } from "./server";
import { handshake, uuid7, WireClient } from "./wire_client";

const server = new Server(["--sends-per-second", "1000", "--sends-burst", "1000"]);
let ann: Account;
let eve: Account;
let gid: bigint;

// The transport itself ends these: RFC 6455 section 7.4.1.
const TEXT_CLOSE = 1003;
const LARGE_CLOSE = 1009;

const body = (text: string) => toBinary(BodySchema, create(BodySchema, { text }));

beforeAll(async () => {
  await server.start();
  ann = await enter(server, "sign-up", "ann");
  eve = await enter(server, "sign-up", "eve");
  const client = await WireClient.hello(server, ann.token);
  const ready = await client.ask({ case: "createGroup", value: { settings: { name: "secret" }, cmid: uuid7() } });
  if (ready.case !== "groupReady") throw new Error(`no group: ${ready.case}`);
  gid = ready.value.gid;
  for (let i = 1; i <= 5; ++i) {
    const sent = await client.ask({ case: "send", value: { gid, cmid: uuid7(), body: body(`n${i}`) } });
    expect(sent.case === "sent" && sent.value.seq).toBe(BigInt(i));
  }
  client.socket.close();
});

afterAll(() => server.stop());

describe("the handshake", () => {
  test("wants the subprotocol", async () => {
    expect(await handshake(server, ["stentor.v1"])).toBe(101);
    expect(await handshake(server, ["stentor.v2"])).toBe(400);
    expect(await handshake(server, [])).toBe(400);
  });

  test("refuses pages of other origins", async () => {
    expect(await handshake(server, ["stentor.v1"], { origin: "https://evil.example" })).toBe(403);
    expect(await handshake(server, ["stentor.v1"], { origin: "null" })).toBe(403);
    expect(await handshake(server, ["stentor.v1"], { origin: server.http })).toBe(101);
  });
});

describe("the first frame", () => {
  test("must be a Hello", async () => {
    const client = await WireClient.connect(server);
    client.send({ case: "list", value: {} });
    expect(await client.closing()).toBe(4000 + Code.HELLO_REQUIRED);
    expect(client.lastRefusal()).toBe(Code.HELLO_REQUIRED);
  });

  test("must come in time", async () => {
    const client = await WireClient.connect(server);
    expect(await client.closing()).toBe(4000 + Code.HELLO_REQUIRED);
  });

  test.each([["a token of letters", "let me in"], ["no token", ""]])("with %s is refused", async (_, token) => {
    const client = await WireClient.connect(server);
    client.send({ case: "hello", value: { token, device: 1n, version: 1 } });
    expect(await client.closing()).toBe(4000 + Code.TOKEN_INVALID);
    expect(client.lastRefusal()).toBe(Code.TOKEN_INVALID);
  });

  test("with a token that was changed anywhere is refused", async () => {
    for (const at of [2, 20, 50, ann.token.length - 2]) {
      const forged = ann.token.slice(0, at) + (ann.token[at] === "A" ? "B" : "A") + ann.token.slice(at + 1);
      const client = await WireClient.connect(server);
      client.send({ case: "hello", value: { token: forged, device: 1n, version: 1 } });
      expect(await client.closing()).toBe(4000 + Code.TOKEN_INVALID);
    }
  });

  test("of a later version is refused as such", async () => {
    const client = await WireClient.connect(server);
    client.send({ case: "hello", value: { token: ann.token, device: 1n, version: 2 } });
    expect(await client.closing()).toBe(4000 + Code.UNSUPPORTED_VERSION);
  });
});

describe("a frame", () => {
  test("of text is refused", async () => {
    const client = await WireClient.hello(server, ann.token);
    client.socket.send("hello");
    expect(await client.closing()).toBe(TEXT_CLOSE);
  });

  test("of noise is malformed", async () => {
    const client = await WireClient.hello(server, ann.token);
    client.socket.send(Uint8Array.from([0xff, 0xff, 0xff]));
    expect(await client.closing()).toBe(4000 + Code.MALFORMED);
    expect(client.lastRefusal()).toBe(Code.MALFORMED);
  });

  test("with a command of a later protocol is unsupported, and the conversation goes on", async () => {
    const client = await WireClient.hello(server, ann.token);
    // request_id 9, field 999: "hi".
    client.socket.send(Uint8Array.from([0x08, 0x09, 0xba, 0x3e, 0x02, 0x68, 0x69]));
    expect((await client.ask({ case: "list", value: {} })).case).toBe("groups");
    expect(client.lastRefusal()).toBe(Code.UNSUPPORTED);
  });

  test("with a search where one may not look is refused, and the conversation goes on", async () => {
    const client = await WireClient.hello(server, ann.token);
    expect(await client.refusal({ case: "searchEntries", value: { gid: gid + 1n, words: "n" } })).toBe(Code.NOT_FOUND);
    expect((await client.ask({ case: "list", value: {} })).case).toBe("groups");
    client.socket.close();
  });

  test("that is too large ends it", async () => {
    const client = await WireClient.hello(server, ann.token);
    client.socket.send(new Uint8Array(64 * 1024 + 1));
    expect(await client.closing()).toBe(LARGE_CLOSE);
  });
});

describe("a group that is not mine", () => {
  test("is not told apart from one that does not exist", async () => {
    const client = await WireClient.hello(server, eve.token);
    const opened = await client.ask({ case: "open", value: { gid } });
    const nothing = await client.ask({ case: "open", value: { gid: gid + 1n } });
    expect(opened.case).toBe("refused");
    expect(nothing.case).toBe("refused");
    if (opened.case !== "refused" || nothing.case !== "refused") return;
    expect(opened.value.code).toBe(Code.NOT_FOUND);
    expect(nothing.value.code).toBe(Code.NOT_FOUND);
  });

  test("cannot be read or written without being a member", async () => {
    const client = await WireClient.hello(server, eve.token);
    expect(await client.refusal({ case: "pull", value: { gid, epoch: 1n, from: 1n, to: 5n } })).toBe(Code.NOT_OPEN);
    const send = await client.refusal({ case: "send", value: { gid, cmid: uuid7(), body: body("boo") } });
    expect(send).toBe(Code.NOT_FOUND);
    const read = await client.refusal({ case: "read", value: { gid, epoch: 1n, seq: 5n } });
    expect(read).toBe(Code.NOT_OPEN);
  });
});

describe("a member who came later", () => {
  test("is served nothing from before", async () => {
    const client = await WireClient.hello(server, eve.token);
    const ready = await client.ask({ case: "joinGroup", value: { gid } });
    expect(ready.case).toBe("groupReady");
    const opened = await client.ask({ case: "open", value: { gid } });
    if (opened.case !== "opened") throw new Error(opened.case);
    const { epoch, floor, entries, head } = opened.value;
    expect(floor).toBe(5n);
    expect(entries.filter(({ seq }) => seq <= floor)).toEqual([]);

    const old = await client.ask({ case: "pull", value: { gid, epoch, from: 1n, to: head } });
    expect(old.case).toBe("reset");
    expect(old.case === "reset" && old.value.floor).toBe(floor);
    expect(await client.refusal({ case: "pull", value: { gid, epoch, from: 5n, to: 1n } })).toBe(Code.BAD_RANGE);
    expect(await client.refusal({ case: "pull", value: { gid, epoch, from: 1n << 60n, to: 1n << 61n } })).toBeGreaterThanOrEqual(400);
  });

  test("is served nothing after leaving", async () => {
    const client = await WireClient.hello(server, eve.token);
    const opened = await client.ask({ case: "open", value: { gid } });
    if (opened.case !== "opened") throw new Error(opened.case);
    expect((await client.ask({ case: "leaveGroup", value: { gid } })).case).toBe("done");

    const writer = await WireClient.hello(server, ann.token);
    await writer.ask({ case: "send", value: { gid, cmid: uuid7(), body: body("after eve") } });
    const again = await client.ask({ case: "open", value: { gid } });
    expect(again.case).toBe("refused");
    const pushed = client.events.some(
      ({ event }) => event.case === "batch" && event.value.entries.some(({ seq }) => seq > opened.value.head),
    );
    expect(pushed).toBe(false);
  });
});

describe("a send", () => {
  test("again under the same id is answered alike and stored once; with another body it is refused", async () => {
    const client = await WireClient.hello(server, ann.token);
    const cmid = uuid7();
    const first = await client.ask({ case: "send", value: { gid, cmid, body: body("once") } });
    const again = await client.ask({ case: "send", value: { gid, cmid, body: body("once") } });
    if (first.case !== "sent" || again.case !== "sent") throw new Error(`${first.case} ${again.case}`);
    expect(again.value.seq).toBe(first.value.seq);
    expect(await client.refusal({ case: "send", value: { gid, cmid, body: body("twice") } })).toBe(Code.CMID_REUSED);
  });

  test("after one that never came says so", async () => {
    const client = await WireClient.hello(server, ann.token);
    const code = await client.refusal({ case: "send", value: { gid, cmid: uuid7(), after: uuid7(), body: body("x") } });
    expect(code).toBe(Code.PREDECESSOR_MISSING);
  });

  test.each([
    ["without text", "", Code.EMPTY_BODY],
    ["that shows nothing", " \u200b\n", Code.EMPTY_BODY],
    ["with too much text", "x".repeat(8 * 1024 + 1), Code.TEXT_TOO_LONG],
  ])("%s is for the user to change", async (_, text, code) => {
    const client = await WireClient.hello(server, ann.token);
    expect(await client.refusal({ case: "send", value: { gid, cmid: uuid7(), body: body(text) } })).toBe(code);
  });

  test("from the future or the far past is refused", async () => {
    const client = await WireClient.hello(server, ann.token);
    const future = uuid7();
    future[0] = 0xff;
    const past = uuid7();
    past[0] = 0;
    expect(await client.refusal({ case: "send", value: { gid, cmid: future, body: body("x") } })).toBe(Code.CLOCK_SKEW);
    expect(await client.refusal({ case: "send", value: { gid, cmid: past, body: body("x") } })).toBe(Code.SEND_EXPIRED);
  });
});
