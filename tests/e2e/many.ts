// Many messages at once, said over the wire by somebody who has a page: typing them would take minutes.

import { create, toBinary } from "@bufbuild/protobuf";
import { BodySchema } from "../../web/sdk/gen/stentor/v1/entry_pb";
import { enter } from "./account";
import type { Server } from "./server";
import { uuid7, WireClient } from "./wire_client";

export async function sayMany(server: Server, name: string, gid: string, texts: readonly string[]): Promise<void> {
  const { token } = await enter(server, "sign-in", name);
  const client = await WireClient.hello(server, token);
  for (const text of texts) {
    const body = toBinary(BodySchema, create(BodySchema, { text }));
    const send = { case: "send", value: { gid: BigInt(gid), cmid: uuid7(), body } } as const;
    let said = await client.ask(send);
    // It is said faster than one may.
    while (said.case === "refused" && said.value.retryAfterMs > 0) {
      const { retryAfterMs } = said.value;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
      said = await client.ask(send);
    }
    if (said.case !== "sent") throw new Error(`"${text}" is not sent: ${said.case}`);
  }
  client.socket.close();
}
