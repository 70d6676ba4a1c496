// The socket of this page.

import { SUBPROTOCOL, webSocketOpener } from "@stentor/sdk";

export function openSocket() {
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.hash = "";
  return webSocketOpener(() => new WebSocket(address, SUBPROTOCOL));
}

// Not over plain http.
export function locksHere(): LockManager | undefined {
  return navigator.locks as LockManager | undefined;
}
