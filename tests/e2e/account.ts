// Accounts over HTTP, and a client of the SDK on the npm package ws.

import WebSocket from "ws";
import { Client, platform, SUBPROTOCOL, webSocketOpener } from "@stentor/sdk";
import type { Server } from "./server";

export interface Account {
  uid: number;
  name: string;
  token: string;
  expires_ms: number;
}

export const PASSWORD = "correct horse battery";

export async function enter(server: Server, path: "sign-up" | "sign-in", name: string): Promise<Account> {
  const response = await fetch(`${server.http}/api/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`${path} of ${name}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Account;
}

export function sdkClient(server: Server, { token }: Account): Client {
  const open = webSocketOpener(() => new WebSocket(server.ws, SUBPROTOCOL));
  const client = new Client({ env: platform, open, token, device: 1, client: "e2e" }, () => {});
  client.connection.start();
  return client;
}
