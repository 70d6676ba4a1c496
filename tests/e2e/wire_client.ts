// A client that shares nothing with the SDK but the schema: it says exactly what a test tells it to.

import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import WebSocket, { type ClientOptions } from "ws";
import { ClientFrameSchema, ServerFrameSchema, type ServerFrame } from "../../web/sdk/gen/stentor/v1/wire_pb";
import type { Server } from "./server";

const ANSWER_WITHIN_MS = 10_000;

export type Said = ServerFrame["event"];
export type Command = NonNullable<MessageInitShape<typeof ClientFrameSchema>["command"]>;

export class WireClient {
  readonly events: ServerFrame[] = [];
  // 0 while it is open.
  closed = 0;
  #requestId = 0;
  #changed: (() => void)[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (bytes: Buffer) => {
      this.events.push(fromBinary(ServerFrameSchema, new Uint8Array(bytes)));
      this.#wake();
    });
    socket.on("close", (code) => {
      this.closed = code;
      this.#wake();
    });
    socket.on("error", () => {});
  }

  static async connect(server: Server): Promise<WireClient> {
    const socket = new WebSocket(server.ws, "stentor.v1");
    const client = new WireClient(socket);
    await new Promise((opened, failed) => socket.once("open", opened).once("error", failed));
    return client;
  }

  static async hello(server: Server, token: string): Promise<WireClient> {
    const client = await WireClient.connect(server);
    const welcome = await client.ask({ case: "hello", value: { token, device: 1n, version: 1 } });
    if (welcome.case !== "welcome") throw new Error(`no welcome: ${welcome.case}`);
    return client;
  }

  send(command: Command): number {
    const requestId = ++this.#requestId;
    this.socket.send(toBinary(ClientFrameSchema, create(ClientFrameSchema, { requestId, command })));
    return requestId;
  }

  async ask(command: Command): Promise<Said> {
    const requestId = this.send(command);
    return this.until(() => this.events.find((frame) => frame.requestId === requestId)?.event);
  }

  // The code of the refusal that answers it.
  async refusal(command: Command): Promise<number> {
    const said = await this.ask(command);
    return said.case === "refused" ? said.value.code : 0;
  }

  lastRefusal(): number {
    const refused = this.events.map(({ event }) => event).findLast((event) => event.case === "refused");
    return refused?.case === "refused" ? refused.value.code : 0;
  }

  closing(): Promise<number> {
    return this.until(() => this.closed || undefined);
  }

  async until<T>(check: () => T | undefined): Promise<T> {
    const untilMs = Date.now() + ANSWER_WITHIN_MS;
    for (;;) {
      const value = check();
      if (value !== undefined) return value;
      if (this.closed && Date.now() > untilMs - ANSWER_WITHIN_MS + 500) throw new Error(`closed with ${this.closed}`);
      if (Date.now() > untilMs) throw new Error("no answer in time");
      await new Promise<void>((resolve) => {
        this.#changed.push(resolve);
        setTimeout(resolve, 200);
      });
    }
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

// The status with which the handshake was refused, or 101.
export function handshake(server: Server, protocols: string[], options: ClientOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(server.ws, protocols, options);
    socket.once("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("error", reject);
  });
}

export function uuid7(): Uint8Array {
  const cmid = crypto.getRandomValues(new Uint8Array(16));
  new DataView(cmid.buffer).setUint32(0, Math.floor(Date.now() / 65_536));
  new DataView(cmid.buffer).setUint16(4, Date.now() % 65_536);
  cmid[6] = ((cmid[6] ?? 0) & 0x0f) | 0x70;
  cmid[8] = ((cmid[8] ?? 0) & 0x3f) | 0x80;
  return cmid;
}
