// Signs in, opens a group, prints what comes, and says one thing.

import { Client, decodeBody, SUBPROTOCOL, webSocketOpener, type Env } from "@stentor/sdk";
import WebSocket from "ws";

const env: Env = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

// `address`: such as http://127.0.0.1:8080. Ends with client.connection.stop().
export async function sayHello(address: string, name: string, password: string, gid: number, print: (line: string) => void): Promise<Client> {
  const answer = await fetch(`${address}/api/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const { token } = (await answer.json()) as { token: string };
  const open = webSocketOpener(() => new WebSocket(`${address.replace("http", "ws")}/ws`, SUBPROTOCOL));
  let printed = 0;
  const client = new Client({ env, open, token, device: 1, client: "say_hello" }, () => {
    const { log } = client.group(gid);
    for (; printed < log.last; ++printed) {
      const entry = log.at(printed + 1); // Nothing: older than the page that the group was opened with.
      if (entry) print(`${client.users.name(entry.sender) ?? entry.sender}: ${decodeBody(entry.body)?.text ?? ""}`);
    }
  });
  client.connection.start();
  client.group(gid).send({ text: "hello" });
  return client;
}
