// One's own account: how the page looks, one's own data, the end of it.

import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD } from "./account";
import { clubServer, gather } from "./club";
import type { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  ({ browser, ann, bob } = await gather(server, "Ann", "Bob"));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const openAccount = async (person: Person) => {
  await person.page.click(".me");
  await person.page.waitForSelector("#theme");
};
const paper = (person: Person) => person.page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("colours, size of text and language are chosen, and kept over a reload", async () => {
  const light = await paper(bob);
  await openAccount(bob);
  await bob.page.selectOption("#theme", "2");
  await bob.page.selectOption("#text-size", "2");
  const dark = await paper(bob);
  expect(dark).not.toBe(light);
  const px = () => bob.page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
  expect(await px()).toBe("18px");
  await bob.page.reload();
  await bob.page.waitForSelector('[data-connection="online"]');
  expect(await paper(bob)).toBe(dark);
  expect(await px()).toBe("18px");
  await openAccount(bob);
  await bob.page.selectOption("#theme", "0");
  expect(await paper(bob)).toBe(light);
  await bob.page.selectOption("#language", "2");
  await bob.page.waitForSelector('html[lang="zh"] [data-connection="online"]');
  await bob.page.evaluate(() => localStorage.removeItem("stentor.language"));
  await bob.page.reload();
  await bob.page.waitForSelector('html[lang="en"] [data-connection="online"]');
});

test("what is one's own comes as one file", async () => {
  await ann.create("Diary");
  for (let i = 0; i < 20; ++i) await ann.say(`line ${i}`);
  await ann.settled();
  await openAccount(ann);
  const [download] = await Promise.all([ann.page.waitForEvent("download"), ann.page.click('button:text-is("Download your data")')]);
  const own = JSON.parse(await readFile(await download.path(), "utf8")) as { name: string; groups: { name: string }[]; entries: { text: string }[]; sessions: unknown[] };
  expect(own.name).toBe("Ann");
  expect(own.groups.map(({ name }) => name)).toContain("Diary");
  expect(own.entries.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i}`));
  expect(own.sessions.length).toBeGreaterThan(0);
  await ann.closeDialog();
});

test("an account is deleted with its password, and what it wrote goes", async () => {
  const link = await ann.create("Farewell");
  await bob.join(link);
  await ann.say("remember me");
  await bob.sees("remember me");
  await openAccount(ann);
  await ann.page.click('button:text-is("Delete account…")');
  await ann.page.fill("#erase-password", "not this one");
  expect(await ann.page.textContent("dialog")).toContain("goes to the admin who is in it longest");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector('dialog .error:not(:empty)');
  await ann.page.fill("#erase-password", PASSWORD);
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("#name");
  expect(await ann.page.textContent("body")).toContain("Your account was deleted");
  await eventually("what she wrote is gone", async () => (await bob.shown()).at(-1)?.text === "Message recalled");
  await bob.page.waitForSelector(".tools");
  await bob.actOnGroup("Members");
  await bob.page.waitForSelector('.people li:has-text("Bob") .hint:has-text("Owner")');
  const again = await fetch(`${server.http}/api/v1/sign-in`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "Ann", password: PASSWORD }),
  });
  expect(again.status).toBe(401);
});
