// How people are shown to others: another name, a picture, and who is told of it.

import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enter, PASSWORD, type Account } from "./account";
import { clubServer } from "./club";
import { uuid7, WireClient } from "./wire_client";

const server = clubServer(["--set", "server.pulse=1 s"]);
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
let ann: Account;
let bob: Account;
let bobHears: WireClient;
let gid = 0n;

interface Answered {
  status: number;
  answer: Record<string, unknown>;
}

async function ask(who: Account, path: string, body: unknown): Promise<Answered> {
  const bytes = Buffer.isBuffer(body);
  const response = await fetch(`${server.http}/api/v1/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${who.token}`, "content-type": bytes ? "application/octet-stream" : "application/json" },
    body: bytes ? new Uint8Array(body) : JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function upload(who: Account, bytes: Buffer): Promise<Answered> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const { answer } = await ask(who, "uploads", { profile: true, name: "me.png", type: "image/png", size: bytes.length, sha256 });
  const id = String(answer["id"]);
  await ask(who, `uploads/${id}/parts?offset=0`, bytes);
  return ask(who, `uploads/${id}/finish`, { sha256 });
}

const fetched = async (who: Account | undefined, address: string) =>
  (await fetch(server.http + address, { headers: who ? { authorization: `Bearer ${who.token}` } : {} })).status;

beforeAll(async () => {
  await server.start();
  ann = await enter(server, "sign-up", "Ann");
  bob = await enter(server, "sign-up", "Bob");
  const annSays = await WireClient.hello(server, ann.token);
  const made = await annSays.ask({ case: "createGroup", value: { settings: { name: "Book club" }, cmid: uuid7() } });
  if (made.case !== "groupReady") throw new Error(`no group: ${made.case}`);
  gid = made.value.gid;
  annSays.socket.close();
  bobHears = await WireClient.hello(server, bob.token);
  await bobHears.ask({ case: "joinGroup", value: { gid } });
});

afterAll(async () => {
  bobHears?.socket.close();
  await server.stop();
});

test("another name is told in the pulse, listed, and signed in by; the former one is free", async () => {
  const { answer } = await ask(ann, "profile", { name: "Anna" });
  expect(answer).toEqual({ uid: ann.uid, name: "Anna", picture: "" });
  const told = await bobHears.until(() => bobHears.events.flatMap(({ event }) => (event.case === "pulse" ? event.value.people : [])).find(({ name }) => name === "Anna"));
  expect(Number(told.uid)).toBe(ann.uid);
  const members = await bobHears.ask({ case: "fetchMembers", value: { gid, prefix: "anna" } });
  expect(members.case === "members" && members.value.members.map(({ name }) => name)).toEqual(["Anna"]);
  const users = await bobHears.ask({ case: "fetchUsers", value: { uids: [BigInt(ann.uid)] } });
  expect(users.case === "users" && users.value.users.map(({ name }) => name)).toEqual(["Anna"]);
  expect((await enter(server, "sign-in", "Anna")).uid).toBe(ann.uid);
  const former = await fetch(`${server.http}/api/v1/sign-in`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "Ann", password: PASSWORD }) });
  expect(former.status).toBe(401);
  expect((await enter(server, "sign-up", "Ann")).uid).not.toBe(ann.uid);
});

test("a name that somebody has, looks like, or that none may have is refused", async () => {
  expect((await ask(bob, "profile", { name: "Anna" })).answer).toMatchObject({ code: "NAME_TAKEN", field: "name" });
  expect((await ask(bob, "profile", { name: "Admin" })).answer).toMatchObject({ code: "BAD_NAME", field: "name" });
  expect((await ask(bob, "profile", { name: "b".repeat(65) })).answer).toMatchObject({ code: "BAD_NAME", field: "name", limit: 64 });
  expect((await ask(bob, "profile", { name: "BOB" })).answer).toMatchObject({ name: "BOB" });
});

test("a picture is read by whoever is signed in, while it is theirs", async () => {
  const { answer } = await upload(ann, PNG);
  const address = String(answer["address"]);
  expect(address).toMatch(/^\/api\/v1\/media\//);
  expect(await fetched(bob, address)).toBe(404);
  expect((await ask(bob, "profile", { picture: address })).answer).toMatchObject({ code: "BAD_FIELD", field: "picture" });
  expect((await ask(ann, "profile", { picture: address })).answer).toEqual({ uid: ann.uid, name: "Anna", picture: address });
  expect(await fetched(bob, address)).toBe(200);
  expect(await fetched(undefined, address)).toBe(401);
  const users = await bobHears.ask({ case: "fetchUsers", value: { uids: [BigInt(ann.uid)] } });
  expect(users.case === "users" && users.value.users.map(({ picture }) => picture)).toEqual([address]);
  await ask(ann, "profile", { picture: "" });
  expect(await fetched(bob, address)).toBe(404);
});

test("what is no picture, or too large, is refused", async () => {
  expect((await upload(ann, Buffer.from("no picture at all"))).answer).toMatchObject({ code: "BAD_FIELD", field: "type" });
  const begun = await ask(ann, "uploads", { profile: true, name: "me.png", type: "image/png", size: 262_145, sha256: "" });
  expect(begun.answer).toMatchObject({ code: "BAD_FIELD", field: "size", limit: 262_144 });
  expect((await ask(ann, "uploads", { name: "me.png", type: "image/png", size: 1, sha256: "" })).answer).toMatchObject({ code: "BAD_FIELD", field: "group" });
});

test("nobody changes all the time", async () => {
  const cho = await enter(server, "sign-up", "Cho");
  const statuses: number[] = [];
  for (let i = 0; i < 6; ++i) statuses.push((await ask(cho, "profile", { name: `Cho ${i}` })).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});
