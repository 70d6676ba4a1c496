// What ./dev bench web measures with: its words, its slow line, its figures. No browser.

import { randomBytes } from "node:crypto";
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

test("a quick line passes bytes in their order, and a cut ends what leads through it", async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  await new Promise((ready) => echo.once("listening", ready));
  const address = echo.address();
  const proxy = await Proxy.start(typeof address === "object" && address ? address.port : 0, { bytesPerS: 50_000_000, roundTripMs: 20 });
  const dial = () => connect(Number(new URL(proxy.http).port), "127.0.0.1").on("error", () => {});
  const socket = dial();
  const sent = randomBytes(4_000_000);
  const pieces: Buffer[] = [];
  const whole = new Promise((done) => socket.on("data", (bytes) => pieces.push(bytes) && pieces.reduce((sum, { length }) => sum + length, 0) === sent.length && done(undefined)));
  socket.write(sent);
  await whole;
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  const ended = new Promise((closed) => socket.once("close", closed));
  proxy.cut(60_000);
  await ended;
  const another = dial();
  await new Promise((closed) => another.once("close", closed));
  proxy.stop();
  echo.close();
});

test("medians and other parts of a series", () => {
  expect([median([5, 1, 3]), quantile([4, 2, 3, 1], 0.95), quantile([7], 0.05)]).toEqual([3, 4, 7]);
});
