// Writers of the SDK through a server that is killed again and again: what each wrote stands in the
// log once, in the order in which they wrote it, and all hold the same log.

import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeBody, hexOf, type Client, type Group } from "@stentor/sdk";
import { enter, sdkClient } from "./account";
import { eventually, Server } from "./server";

const KILLS = 5;
const WRITERS = 3;

// As fast as they can: no rate, and nothing is held back because the group is busy.
const server = new Server(["--sends-per-second", "1000", "--sends-burst", "1000", "--set", "safety.busy_entries_per_second=0"]);
const clients: Client[] = [];
let groups: Group[] = [];

beforeAll(async () => {
  await server.start();
  for (let i = 0; i < WRITERS; ++i) clients.push(sdkClient(server, await enter(server, "sign-up", `writer ${i}`)));
  await eventually("all are online", async () => clients.every(({ connection }) => connection.state.name === "online"));
  const gid = await new Promise<number>((made) =>
    clients[0]?.entrance.create({ name: "through it all", historyForJoiners: true }, (ready) => made(typeof ready === "object" && "gid" in ready ? ready.gid : 0)),
  );
  for (const client of clients.slice(1)) await new Promise<void>((joined) => client.entrance.join(gid, () => joined()));
  groups = clients.map((client) => client.group(gid));
  await eventually("all are in", async () => groups.every(({ state }) => state === "open"));
});

afterAll(async () => {
  for (const { connection } of clients) connection.stop();
  await server.stop();
});

test("nothing is lost, doubled or out of order", async () => {
  const written: string[][] = groups.map(() => []);
  const write = setInterval(() => {
    groups.forEach((group, i) => {
      const text = `${i}: ${written[i]?.length}`;
      written[i]?.push(text);
      group.send({ text });
    });
  }, 10);
  for (let i = 0; i < KILLS; ++i) {
    const before = groups[0]?.log.last ?? 0;
    await eventually("some have got through", async () => (groups[0]?.log.last ?? 0) > before + 20);
    await server.kill();
    await server.start();
    for (const { connection } of clients) connection.wake();
  }
  clearInterval(write);
  await eventually("nothing is pending", async () => groups.every(({ outbox }) => outbox.items.length === 0), 60_000);

  const head = Math.max(...groups.map(({ log }) => log.last));
  await eventually("all are at the head", async () => groups.every(({ log }) => log.last === head));
  expect(head).toBe(written.flat().length);
  for (const group of groups) {
    while (group.history.older()) await eventually("an older page", async () => !group.history.loading);
    expect(group.log.first).toBe(1);
    expect(group.mismatches).toBe(0);
    expect(hexOf(group.log.digest)).toBe(hexOf(groups[0]?.log.digest ?? new Uint8Array()));
  }
  const stored = groups[0]?.log.entries ?? [];
  written.forEach((texts, i) => {
    const mine = stored.filter(({ sender }) => sender === clients[i]?.uid);
    expect(mine.map(({ body }) => decodeBody(body)?.text)).toEqual(texts);
  });
});
