// People are told of messages while no page of theirs is open, by a push service of the test's own. web_push_page.test.ts:
// the page's half.

import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BodySchema } from "../../web/sdk/gen/stentor/v1/entry_pb";
import { enter, type Account } from "./account";
import { clubServer } from "./club";
import { PushService } from "./push_service";
import { eventually, Server } from "./server";
import { uuid7, WireClient } from "./wire_client";

const server = clubServer(["--set", "push.contact=mailto:ops@chat.example", "--set", "push.allow=127.0.0.1", "--set", "push.gather=100 ms"]);
const service = new PushService();
let ann: Account;
let annSays: WireClient;
let bob: Account;
let gid = 0n;

async function ask(who: Account, path: string, body?: unknown, at = server): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${at.http}/api/v1/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${who.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function say(text: string, calls: Account | undefined = undefined): Promise<void> {
  const body = toBinary(BodySchema, create(BodySchema, { text, mentions: calls ? [{ uid: BigInt(calls.uid), offset: 0, length: 1 }] : [] }));
  const said = await annSays.ask({ case: "send", value: { gid, cmid: uuid7(), body } });
  expect(said.case).toBe("sent");
}

async function join(who: Account): Promise<WireClient> {
  const client = await WireClient.hello(server, who.token);
  expect((await client.ask({ case: "joinGroup", value: { gid } })).case).toBe("groupReady");
  return client;
}

const texts = () => service.pushed.map(({ payload }) => payload["text"]);
const comes = (text: string) => eventually(`"${text}" is pushed`, async () => service.pushed.find(({ payload }) => payload["text"] === text));

beforeAll(async () => {
  await server.start();
  await service.start();
  ann = await enter(server, "sign-up", "Ann");
  bob = await enter(server, "sign-up", "Bob");
  annSays = await WireClient.hello(server, ann.token);
  const made = await annSays.ask({ case: "createGroup", value: { settings: { name: "Book club" }, cmid: uuid7() } });
  if (made.case !== "groupReady") throw new Error(`no group: ${made.case}`);
  gid = made.value.gid;
  (await join(bob)).socket.close();
});

afterAll(async () => {
  annSays?.socket.close();
  await server.stop();
  await service.stop();
});

test("what is said while nobody of that name is connected comes encrypted, from a sender that says who it is", async () => {
  expect((await ask(bob, "web-push/subscribe", { ...service.subscription(), language: "zh" })).answer).toEqual({ ok: true });
  await say("hello");
  const { headers, payload, claims } = await comes("hello");
  expect(payload).toEqual({ uid: bob.uid, gid: Number(gid), seq: expect.any(Number) as number, count: 1, called: false, language: "zh", group: "Book club", sender: "Ann", text: "hello" });
  expect(headers).toMatchObject({ ttl: "86400", urgency: "normal", "content-encoding": "aes128gcm" });
  expect(headers["topic"]).toMatch(/^[\w-]{32}$/);
  expect(claims.aud).toBe(new URL(service.subscription().endpoint).origin);
  expect(claims.sub).toBe("mailto:ops@chat.example");
  expect(claims.exp * 1000).toBeGreaterThan(Date.now());
});

test("a call goes out at once and urgently, without words where they are not wanted, and again where it was not taken", async () => {
  await ask(bob, "web-push/subscribe", { ...service.subscription(), words: false });
  service.statuses.push(503);
  const before = service.pushed.length;
  await say("a secret", bob);
  const { headers, payload } = await eventually("it is pushed", async () => service.pushed[before]);
  expect(headers["urgency"]).toBe("high");
  expect(payload).toMatchObject({ called: true, sender: "Ann" });
  expect(JSON.stringify(payload)).not.toContain("secret");
});

test("who is connected, or has read it, is not pushed to", async () => {
  await ask(bob, "web-push/subscribe", { ...service.subscription() });
  const client = await WireClient.hello(server, bob.token);
  const opened = await client.ask({ case: "open", value: { gid } });
  await say("while he is here", bob);
  const head = await client.until(() => client.events.map(({ event }) => event).find((event) => event.case === "batch"));
  if (opened.case !== "opened" || head.case !== "batch") throw new Error("it does not come");
  await client.ask({ case: "read", value: { gid, epoch: opened.value.epoch, seq: head.value.firstSeq } });
  client.socket.close();
  await say("once he is gone", bob);
  await comes("once he is gone");
  expect(texts()).not.toContain("while he is here");
});

test("a level of one's own is kept, and so is the subscription over a kill", async () => {
  await ask(bob, "web-push/subscribe", { ...service.subscription(), levels: [{ gid: Number(gid), level: "calls" }] });
  const { answer: before } = await ask(bob, "web-push");
  await server.kill();
  await server.start();
  annSays = await WireClient.hello(server, ann.token);
  expect((await ask(bob, "web-push")).answer).toEqual(before);
  await say("to nobody");
  await say("to Bob", bob);
  expect((await comes("to Bob")).payload["count"]).toBe(1);
  expect(texts()).not.toContain("to nobody");
});

test("a subscription ends with its sign-in", async () => {
  const elsewhere = await enter(server, "sign-in", "Bob");
  await ask(elsewhere, "web-push/subscribe", { ...service.subscription("desk") });
  await ask(bob, "sign-out", {});
  await eventually("the other is forgotten", async () => server.log.includes("a subscription to pushes is forgotten"));
  const asked = service.asked;
  await say("to one browser", bob);
  await comes("to one browser");
  expect(service.asked).toBe(asked + 1);
  expect((await ask(elsewhere, "web-push/unsubscribe", {})).answer).toEqual({ ok: true });
});

test("what cannot be is refused, with the field and its limit", async () => {
  const good = service.subscription();
  const refused = async (body: unknown) => {
    const { status, answer } = await ask(ann, "web-push/subscribe", body);
    expect(status).toBeGreaterThanOrEqual(400);
    return [answer["code"], answer["field"], answer["limit"]];
  };
  expect(await refused({ ...good, endpoint: "https://10.0.0.1/p" })).toEqual(["NOT_PERMITTED", "endpoint", 0]);
  expect(await refused({ ...good, endpoint: "http://push.example.net/p" })).toEqual(["BAD_FIELD", "endpoint", 0]);
  expect(await refused({ ...good, endpoint: `https://push.example.net/${"x".repeat(1024)}` })).toEqual(["BAD_FIELD", "endpoint", 1024]);
  expect(await refused({ ...good, p256dh: "AAAA" })).toEqual(["BAD_FIELD", "p256dh", 65]);
  expect(await refused({ ...good, auth: "AAAA" })).toEqual(["BAD_FIELD", "auth", 16]);
  expect((await ask({ ...ann, token: "none" }, "web-push")).status).toBe(401);
});

test("a server that was given no contact pushes nothing, and says so", async () => {
  const silent = new Server();
  await silent.start();
  const cho = await enter(silent, "sign-up", "Cho");
  expect((await ask(cho, "web-push", undefined, silent)).answer).toEqual({ on: false, key: "" });
  expect((await ask(cho, "web-push/subscribe", service.subscription(), silent)).answer["code"]).toBe("UNSUPPORTED");
  await silent.stop();
});
