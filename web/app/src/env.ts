// The world as the SDK sees it here: the browser's clock, timers, randomness and WebSocket.

import { SUBPROTOCOL, webSocketOpener, type Env } from "@stentor/sdk";

// Longer delays overflow setTimeout's 32 bits and would run at once.
const TIMER_MAX_MS = 2 ** 31 - 1;

export const browser: Env = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
  random: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

export function openSocket() {
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.hash = "";
  return webSocketOpener(() => new WebSocket(address, SUBPROTOCOL));
}
