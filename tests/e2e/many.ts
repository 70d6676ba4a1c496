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
    const said = await client.ask({ case: "send", value: { gid: BigInt(gid), cmid: uuid7(), body } });
    if (said.case !== "sent") throw new Error(`"${text}" is not sent: ${said.case}`);
  }
  client.socket.close();
}
