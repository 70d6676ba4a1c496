// The example that docs/sdk.md shows, against the real server.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "@stentor/sdk";
import { sayHello } from "../../web/sdk/example/say_hello";
import { enter, PASSWORD, sdkClient } from "./account";
import { eventually, Server } from "./server";

const server = new Server();
let ann: Client;

beforeAll(async () => {
  await server.start();
  ann = sdkClient(server, await enter(server, "sign-up", "Ann"));
  await eventually("Ann is connected", async () => ann.connection.state.name === "online");
});

afterAll(async () => {
  ann?.connection.stop();
  await server.stop();
});

test("it prints what comes in order and says one thing", async () => {
  const gid = await new Promise<number>((made) =>
    ann.entrance.create({ name: "Book club", historyForJoiners: true }, (ready) => made(typeof ready === "object" && "gid" in ready ? ready.gid : 0)),
  );
  const bob = sdkClient(server, await enter(server, "sign-up", "Bob"));
  await eventually("Bob is connected", async () => bob.connection.state.name === "online");
  await new Promise<void>((joined) => bob.entrance.join(gid, () => joined()));
  bob.connection.stop();

  const printed: string[] = [];
  const client = await sayHello(server.http, "Bob", PASSWORD, gid, (line) => printed.push(line));
  await eventually("Ann sees it", async () => ann.group(gid).log.entries.some(({ sender }) => sender === client.uid));
  ann.group(gid).send({ text: "hello Bob" });
  await eventually("it prints both", async () => printed.some((line) => line.endsWith(": hello Bob")));
  expect(printed.findIndex((line) => line.endsWith(": hello"))).toBeLessThan(printed.findIndex((line) => line.endsWith(": hello Bob")));
  client.connection.stop();
});
