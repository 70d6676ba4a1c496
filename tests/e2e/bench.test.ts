// What ./dev bench web measures with: its words, its slow line, its figures. No browser.

import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { median, quantile } from "./bench/figures";
import { optionsOf, SECTIONS } from "./bench/options";
import { Proxy } from "./bench/proxy";

const server = process.execPath; // Some file.

test("all sections are run unless some are named, and bad words are told with what is good", () => {
  expect(optionsOf(["--server", server]).sections).toEqual(SECTIONS);
  expect(optionsOf(["--server", server, "storm", "--rounds", "2"])).toMatchObject({ sections: ["storm"], rounds: 2 });
  expect(() => optionsOf(["--server", server, "sturm"])).toThrow(/no section 'sturm'.*storm/);
  expect(() => optionsOf(["--server", server, "--rounds", "0"])).toThrow("--rounds: '0' is no number from 1 to 100");
  expect(() => optionsOf(["--server", server, "--beside", "/nowhere"])).toThrow("no page in '/nowhere'");
  expect(() => optionsOf([])).toThrow("--server PATH");
});

test("bytes take as long over the line as its rate and its round trip say", async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  await new Promise((ready) => echo.once("listening", ready));
  const address = echo.address();
  const proxy = await Proxy.start(typeof address === "object" && address ? address.port : 0, { bytesPerS: 20_000, roundTripMs: 200 });
  const socket = connect(Number(new URL(proxy.http).port), "127.0.0.1");
  await new Promise((ready) => socket.once("connect", ready));
  const began = performance.now();
  let came = 0;
  const whole = new Promise<number>((done) => socket.on("data", (bytes) => (came += bytes.length) === 10_000 && done(performance.now() - began)));
  socket.write(Buffer.alloc(10_000));
  const tookMs = await whole;
  socket.destroy();
  proxy.stop();
  echo.close();
  // Half a second for the bytes, up and down almost at once, and the way there and back.
  expect(tookMs).toBeGreaterThanOrEqual(690);
});

test("medians and other parts of a series", () => {
  expect([median([5, 1, 3]), quantile([4, 2, 3, 1], 0.95), quantile([7], 0.05)]).toEqual([3, 4, 7]);
});
