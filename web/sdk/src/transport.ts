// A WebSocket as the SDK wants it: binary messages, one `closed`, no policy.
//
// One that the page's own policy forbids has an error and no close; one whose address it may not use
// throws where it is made. Both end as any other that never opened.

import type { OpenSocket, Socket, SocketEvents } from "./env";

// The WebSocket's; a server that does not speak it refuses.
export const SUBPROTOCOL = "stentor.v1";

type Handler = (this: never, event: never) => void;

// What is used of the standard's WebSocket, so that the npm package `ws` serves as well.
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  onopen: Handler | null;
  onmessage: Handler | null;
  onclose: Handler | null;
  onerror: Handler | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

// `make` is called for each connection; it may throw, which counts as one that never opened.
export function webSocketOpener(make: () => WebSocketLike): OpenSocket {
  return (events) => {
    try {
      return new WebSocketTransport(make(), events);
    } catch {
      return neverOpened(events);
    }
  };
}

const CLOSED = 3;
const ABNORMAL = 1006;

function neverOpened(events: SocketEvents): Socket {
  let dropped = false;
  void Promise.resolve().then(() => {
    if (!dropped) events.closed(ABNORMAL);
  });
  return { send: () => {}, drop: () => (dropped = true) };
}

class WebSocketTransport implements Socket {
  readonly #socket: WebSocketLike;
  #ended = false;

  constructor(socket: WebSocketLike, events: SocketEvents) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }: { data: unknown }) => {
      // The protocol has no text messages; one is no frame, and reads as an empty one does.
      events.received(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array());
    };
    socket.onclose = ({ code }: { code: number }) => this.#closed(events, code);
    // Most are followed by a close, which says the same.
    socket.onerror = () => {
      void Promise.resolve().then(() => {
        if (socket.readyState === CLOSED) this.#closed(events, ABNORMAL);
      });
    };
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  #closed(events: SocketEvents, code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    events.closed(code);
  }

  drop(): void {
    this.#ended = true;
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
  }
}
