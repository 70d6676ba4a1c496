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

  private constructor(listener: Listener) {
    this.#listener = listener;
  }

  // To this port of this machine. All connections share the line.
  static async start(port: number, line: Line): Promise<Proxy> {
    const [up, down] = [new Way(line), new Way(line)];
    const listener = createServer((client) => {
      const server = connect(port, "127.0.0.1");
      for (const [from, to, way] of [[client, server, up], [server, client, down]] as const) {
        from.setNoDelay(true);
        from.on("data", (bytes) => way.pass(bytes, to));
        from.on("end", () => way.end(to));
        from.on("error", () => to.destroy());
      }
    });
    await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
    return new Proxy(listener);
  }

  get http(): string {
    const address = this.#listener.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#listener.close();
  }
}

// One direction of the line.
class Way {
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
    setTimeout(act, Math.max(0, this.#freeAtMs - performance.now()) + this.line.roundTripMs / 2);
  }
}
