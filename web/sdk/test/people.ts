import { Client } from "../src/client";
import { decodeBody, type Entry } from "../src/codec";
import type { FakeServer } from "./fake_server";

export const GID = 7;

export function signIn(server: FakeServer, user: number, token = String(user)): Client {
  const client = new Client(
    { env: server.world, open: server.opener(user), token, device: user, client: "test" },
    () => {},
  );
  client.connection.start();
  return client;
}

export function texts(entries: readonly Entry[]): string[] {
  return entries.map(({ body }) => decodeBody(body)?.text ?? "");
}
