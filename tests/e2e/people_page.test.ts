// Another name and a picture, chosen on the page and seen by others while they look.

import { deflateSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, meet } from "./club";
import type { Person } from "./person";

const server = clubServer(["--set", "server.pulse=1 s"]);
let browser: Browser;
let ann: Person;
let bob: Person;

// One red pixel.
function png(): Buffer {
  const crcs = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }).reduce<number>((c) => ((c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n));
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const crc = body.reduce((c, byte) => (crcs[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8), 0xffffffff) ^ 0xffffffff;
    const out = Buffer.alloc(8 + body.length);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc >>> 0, 4 + body.length);
    return out;
  };
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.from([0, 255, 0, 0]))), chunk("IEND", Buffer.alloc(0))]);
}

beforeAll(async () => {
  ({ browser, ann, bob } = await meet(server));
  await ann.say("before");
  await bob.sees("before");
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test("another name stands at what was said before, without a reload", async () => {
  await ann.page.click(".me");
  await ann.page.fill("#own-name", "Anna");
  await ann.page.click(".profile form button");
  await ann.page.waitForSelector('.profile :text-is("This is your name now.")');
  await bob.page.waitForSelector('.row .author:has-text("Anna")');
});

test("a picture takes the letter's place, and goes again", async () => {
  const face = '.row .avatar img.face[src*="/api/v1/media/"]';
  await ann.page.setInputFiles("#own-picture", { name: "me.png", mimeType: "image/png", buffer: png() });
  await ann.page.waitForSelector('.profile :text-is("This is your picture now.")');
  await bob.page.waitForSelector(face);
  await ann.page.click('.profile button:text-is("Remove the picture")');
  await bob.page.waitForSelector(face, { state: "detached" });
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
