// What a member sees of a place that the server cannot read: words where it lies, and all else goes on.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Code } from "../../web/sdk/gen/stentor/v1/code_pb";
import { BodySchema } from "../../web/sdk/gen/stentor/v1/entry_pb";
import { ClientFrameSchema, ServerFrameSchema } from "../../web/sdk/gen/stentor/v1/wire_pb";
import { enter } from "./account";
import { launch, Person } from "./person";
import { eventually, Server } from "./server";
import { uuid7, WireClient } from "./wire_client";

const SAID = 260;
const DAMAGED = 121n;
const server = new Server(["--sends-per-second", "1000", "--sends-burst", "1000"]);
let browser: Browser;
let link = "";

// As docs/protocol.md has it: whatever is asked for with it is refused.
function answers(said: Uint8Array): Uint8Array | undefined {
  const { requestId, command } = fromBinary(ClientFrameSchema, said);
  if (command.case !== "pull" || command.value.from > DAMAGED || command.value.to < DAMAGED) return undefined;
  const value = { code: Code.STORE_UNAVAILABLE, field: "damaged", retryAfterMs: 300_000, gid: command.value.gid };
  return toBinary(ServerFrameSchema, create(ServerFrameSchema, { requestId, event: { case: "refused", value } }));
}

beforeAll(async () => {
  await server.start();
  browser = await launch();
  const { token } = await enter(server, "sign-up", "writer");
  const writer = await WireClient.hello(server, token);
  const ready = await writer.ask({ case: "createGroup", value: { settings: { name: "Old talk", historyForJoiners: true }, cmid: uuid7() } });
  if (ready.case !== "groupReady") throw new Error(`no group: ${ready.case}`);
  const { gid } = ready.value;
  for (let n = 1; n <= SAID; ++n) {
    const body = toBinary(BodySchema, create(BodySchema, { text: `n${n}` }));
    const sent = await writer.ask({ case: "send", value: { gid, cmid: uuid7(), body } });
    if (sent.case !== "sent") throw new Error(`not sent: ${sent.case}`);
  }
  writer.socket.close();
  link = `${server.http}/#/g/${gid}`;
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test.each([["en-GB", "What came before this cannot be read"], ["zh-CN", "此前的消息无法读取"]])(
  "in %s the reader is told where they stand, and talk goes on",
  async (locale, words) => {
    const bob = await Person.signUp(browser, server.http, `Bob ${locale}`, { locale, answers });
    await bob.join(link);
    await bob.sees(`n${SAID}`);
    const edge = bob.page.locator(".edge-rule").first();
    await eventually("the words stand at the top", async () => {
      await bob.page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0));
      return (await edge.count()) > 0 && (await edge.textContent())?.includes(words);
    });
    expect((await bob.shown())[0]?.text).toBe(`n${Number(DAMAGED) + 1}`);
    await bob.say("still here");
    await bob.sees("still here");
    expect(bob.errors).toEqual([]);
    if (process.env["STENTOR_SCREENS"]) {
      await bob.page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0));
      await bob.page.screenshot({ path: `${process.env["STENTOR_SCREENS"]}/damage-${locale}.png` });
    }
    await bob.context.close();
  },
  120_000,
);
