// Signs in, opens a group, prints what comes, and says one thing.

import { Client, decodeBody, platform, signIn, SUBPROTOCOL, webSocketOpener } from "@stentor/sdk";
import WebSocket from "ws";

// `address`: such as http://127.0.0.1:8080. Ends with client.connection.stop().
export async function sayHello(address: string, name: string, password: string, gid: number, print: (line: string) => void): Promise<Client> {
  const token = await signIn(address, name, password);
  const open = webSocketOpener(() => new WebSocket(`${address.replace("http", "ws")}/ws`, SUBPROTOCOL));
  let printed = 0;
  const client = new Client({ env: platform, open, token, device: 1, client: "say_hello" }, () => {
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
