// What a member sees who may not write now, or not that: why, until when, and their words are not lost.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gather } from "./club";
import type { Person } from "./person";
import { eventually, Server } from "./server";

const folder = mkdtempSync(join(tmpdir(), "stentor-words-"));
const words = join(folder, "words.txt");
writeFileSync(words, "brimborium\n");
const server = new Server(["--set", `safety.words=${words}`]);
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  ({ browser, ann, bob } = await gather(server, "Ann", "Bob"));
  await bob.join(await ann.create("Polite"));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const state = (person: Person) => person.page.locator(".row.pending .meta").allTextContents();

test("a listed word is refused with its rule, what comes behind it goes out", async () => {
  await bob.say("what brimborium");
  await bob.say("sorry");
  await ann.sees("sorry");
  const refused = bob.page.locator('.row.pending[data-state="refused"]');
  expect(await refused.locator(".meta").textContent()).toContain("A word in it is not allowed here.");
  await bob.page.waitForSelector(".private-note");
  await refused.locator('button:has-text("Discard")').click();
  await eventually("it is gone", async () => (await refused.count()) === 0);
  expect((await ann.shown()).map(({ text }) => text)).toEqual(["sorry"]);
});

test("in slow mode the next message waits, says for how long, and goes out by itself", async () => {
  await ann.actOnGroup("Settings");
  await ann.page.fill("#slow", "6");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await eventually("Bob is told", async () => (await bob.page.textContent(".about"))?.includes("slow mode: 6 s"));
  await bob.say("first");
  await bob.say("second");
  await eventually("it waits", async () => (await state(bob)).some((line) => line.includes("Goes out in")));
  expect(await bob.page.textContent(".composer .note")).toMatch(/Slow mode: your next message goes out in \d+ s/);
  await ann.sees("second");
  await bob.settled();
  expect((await ann.shown()).slice(-2).map(({ text }) => text)).toEqual(["first", "second"]);
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
