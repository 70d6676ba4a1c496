// What the SDK needs of the world: a clock, timers, randomness and a socket. All are arguments, so
// that a test can be the world: nothing here reads a clock or knows a browser.

// Ends a timer; harmless when it has run.
export type Cancel = () => void;

// A clock, timers and randomness.
export interface Env {
  // Unix time in ms, of this machine; may be wrong, the server's is used where it counts.
  now(): number;
  // Once, after `delayMs`, unless cancelled. May be a little early or late.
  after(delayMs: number, run: () => void): Cancel;
  // Unpredictable bytes.
  random(count: number): Uint8Array;
}

// What a socket tells.
export interface SocketEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  // Once, and nothing after it. Also when the socket never opened.
  closed(code: number): void;
}

// A socket in use.
export interface Socket {
  send(bytes: Uint8Array): void;
  // No event follows.
  drop(): void;
}

// Opens a socket and tells of it through `events`.
export type OpenSocket = (events: SocketEvents) => Socket;

// In [0, 1).
export function chance(env: Env): number {
  let value = 0;
  for (const byte of env.random(4)) value = value * 256 + byte;
  return value / 2 ** 32;
}
