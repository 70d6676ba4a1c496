// A WebSocket as the SDK wants it: binary messages, one `closed`, no policy.

import type { OpenSocket, Socket, SocketEvents } from "./env";

export const SUBPROTOCOL = "stentor.v1";

type Handler = (this: never, event: never) => void;

// What is used of the standard's WebSocket, so that the npm package `ws` serves as well.
export interface WebSocketLike {
  binaryType: string;
  onopen: Handler | null;
  onmessage: Handler | null;
  onclose: Handler | null;
  onerror: Handler | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export function webSocketOpener(make: () => WebSocketLike): OpenSocket {
  return (events) => new WebSocketTransport(make(), events);
}

class WebSocketTransport implements Socket {
  readonly #socket: WebSocketLike;

  constructor(socket: WebSocketLike, events: SocketEvents) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }: { data: unknown }) => {
      // The protocol has no text messages; one is no frame, and reads as an empty one does.
      events.received(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array());
    };
    socket.onclose = ({ code }: { code: number }) => events.closed(code);
    // An error is always followed by a close, which says the same.
    socket.onerror = () => {};
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  drop(): void {
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
  }
}
