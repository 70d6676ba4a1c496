// A line that is slow and long: bytes pass at a rate, each after half of the round trip. What a browser offers for
// this does not slow WebSockets down.

import { createServer, connect, type Server as Listener, type Socket } from "node:net";

// So much of a line's bytes goes out at once.
const PIECE = 1_024;

export interface Line {
  bytesPerS: number;
  roundTripMs: number;
}

export class Proxy {
  readonly #listener: Listener;
  readonly #sockets: Set<Socket>;
  readonly #line: { cutUntilMs: number };

  private constructor(listener: Listener, sockets: Set<Socket>, line: { cutUntilMs: number }) {
    this.#listener = listener;
    this.#sockets = sockets;
    this.#line = line;
  }

  // To this port of this machine. All connections share the line.
  static async start(port: number, line: Line): Promise<Proxy> {
    const [up, down] = [new Way(line), new Way(line)];
    const sockets = new Set<Socket>();
    const state = { cutUntilMs: 0 };
    const listener = createServer((client) => {
      if (performance.now() < state.cutUntilMs) return client.destroy();
      const server = connect(port, "127.0.0.1");
      for (const [from, to, way] of [[client, server, up], [server, client, down]] as const) {
        from.setNoDelay(true);
        sockets.add(from);
        from.on("close", () => sockets.delete(from));
        from.on("data", (bytes) => way.pass(bytes, to));
        from.on("end", () => way.end(to));
        from.on("error", () => to.destroy());
      }
      return undefined;
    });
    await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
    return new Proxy(listener, sockets, state);
  }

  get http(): string {
    const address = this.#listener.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return `http://127.0.0.1:${address.port}`;
  }

  // Nothing passes for so long, and what was on the way is lost.
  cut(forMs: number): void {
    this.#line.cutUntilMs = performance.now() + forMs;
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.#listener.close();
  }
}

// One direction of the line. What comes first leaves first.
class Way {
  readonly #waiting: { atMs: number; act: () => void }[] = [];
  #freeAtMs = 0;

  constructor(private readonly line: Line) {}

  pass(bytes: Buffer, to: Socket): void {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      this.#freeAtMs = Math.max(this.#freeAtMs, performance.now()) + (piece.length * 1_000) / this.line.bytesPerS;
      this.#later(() => to.writable && to.write(piece));
    }
  }

  end(to: Socket): void {
    this.#later(() => to.end());
  }

  #later(act: () => void): void {
    this.#waiting.push({ atMs: Math.max(this.#freeAtMs, performance.now()) + this.line.roundTripMs / 2, act });
    if (this.#waiting.length === 1) this.#wait();
  }

  #wait(): void {
    setTimeout(() => this.#due(), Math.max(0, (this.#waiting[0]?.atMs ?? 0) - performance.now()));
  }

  #due(): void {
    const later = this.#waiting.findIndex(({ atMs }) => atMs > performance.now());
    for (const { act } of this.#waiting.splice(0, later === -1 ? this.#waiting.length : later)) act();
    if (this.#waiting.length > 0) this.#wait();
  }
}
