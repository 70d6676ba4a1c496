import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { platform, signIn } from "../src/platform";

let server: Server | undefined;

afterEach(() => {
  vi.useRealTimers();
  server?.close();
});

// A server that answers every request so; what it was asked is kept.
async function answering(status: number, body: string) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    request.setEncoding("utf8");
    let text = "";
    request.on("data", (piece: string) => (text += piece));
    request.on("end", () => {
      asked.push(`${request.method} ${request.url} ${text}`);
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test("a delay longer than timers can is not run at once", () => {
  vi.useFakeTimers();
  const run = vi.fn();
  platform.after(2 ** 33, run);
  const cancel = platform.after(2 ** 33, run);
  vi.advanceTimersByTime(2 ** 31 - 2);
  expect(run).not.toHaveBeenCalled();
  cancel();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test("signing in gives the token", async () => {
  const { address, asked } = await answering(200, '{"token":"t","uid":1}');
  expect(await signIn(address, "Ann", "a password")).toBe("t");
  expect(asked).toEqual(['POST /api/v1/sign-in {"name":"Ann","password":"a password"}']);
});

test("a refused sign-in says what the server said", async () => {
  const { address } = await answering(401, '{"code":"BAD_CREDENTIALS"}');
  await expect(signIn(address, "Ann", "wrong")).rejects.toThrow("BAD_CREDENTIALS");
});
