// Without a network: it is said at once, on a phone too, and what was written meanwhile goes out.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, meet } from "./club";
import type { Person } from "./person";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  ({ browser, ann, bob } = await meet(server));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test.each([["on a desktop", 1_200, ".sidebar .status"], ["on a phone, above the open group", 360, ".notices .status"]])("that there is no network is said at once %s", async (_, width, place) => {
  await ann.page.setViewportSize({ width, height: 720 });
  await ann.page.waitForSelector('[data-connection="online"]');
  await ann.context.setOffline(true);
  await ann.page.waitForSelector(`${place}:visible:has-text("No network")`, { timeout: 1_500 });
  await ann.say(`from the tunnel, ${width}`);
  await ann.page.waitForSelector('.row.pending:has-text("Will be sent once you are online")', { timeout: 1_500 });
  await ann.context.setOffline(false);
  await bob.sees(`from the tunnel, ${width}`, 10_000);
  await ann.settled();
  await ann.page.waitForSelector(".sidebar .status:has-text(\"Online\")", { state: "attached" });
  expect(await ann.page.isVisible(".notices .status")).toBe(false);
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors].filter((error) => !error.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
});
