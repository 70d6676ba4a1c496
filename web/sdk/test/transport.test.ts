import { expect, test } from "vitest";
import { webSocketOpener, type WebSocketLike } from "../src/transport";

const events = () => {
  const closed: number[] = [];
  return { closed, opened: () => {}, received: () => {}, closedWith: (code: number) => closed.push(code) };
};
const listen = ({ opened, received, closedWith }: ReturnType<typeof events>) => ({ opened, received, closed: closedWith });

function like(readyState: number): WebSocketLike {
  return { binaryType: "", readyState, onopen: null, onmessage: null, onclose: null, onerror: null, send: () => {}, close: () => {} };
}
const call = (handler: unknown, event: object) => (handler as (event: object) => void)(event);
const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a socket that may not be made ends like one that never opened, after open() has returned", async () => {
  const heard = events();
  webSocketOpener(() => {
    throw new Error("SecurityError");
  })(listen(heard));
  expect(heard.closed).toEqual([]);
  await soon();
  expect(heard.closed).toEqual([1006]);
});

test("an error of a socket that is closed already is its end: no close follows", async () => {
  const heard = events();
  const socket = like(3);
  webSocketOpener(() => socket)(listen(heard));
  call(socket.onerror, {});
  await soon();
  expect(heard.closed).toEqual([1006]);
  call(socket.onclose, { code: 1006 });
  expect(heard.closed).toEqual([1006]);
});

test("an error before a close is told once, with the code of the close", async () => {
  const heard = events();
  const socket = like(2);
  webSocketOpener(() => socket)(listen(heard));
  call(socket.onerror, {});
  await soon();
  call(socket.onclose, { code: 4402 });
  expect(heard.closed).toEqual([4402]);
});

test("after drop() nothing is said any more", async () => {
  const heard = events();
  const socket = like(3);
  const dropped = webSocketOpener(() => socket)(listen(heard));
  call(socket.onerror, {});
  dropped.drop();
  await soon();
  expect(heard.closed).toEqual([]);
});
