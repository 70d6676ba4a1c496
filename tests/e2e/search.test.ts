// Looking for words: marked where they stand, of one person, between days, and landing where they were said.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { meet } from "./club";
import { sayMany } from "./many";
import { Person } from "./person";
import { eventually, Server } from "./server";

const server = new Server(["--accounts-per-minute", "10000", "--sends-per-second", "100", "--sends-burst", "100", "--set", "search.index=true"]);
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  let link: string;
  ({ browser, ann, bob, link } = await meet(server));
  const gid = /\d+$/.exec(link)?.[0] ?? "";
  await sayMany(server, "Ann", gid, ["a TABLE for two", `${"far ".repeat(80)} and then a table at the end`]);
  await sayMany(server, "Bob", gid, ["no tablet, a vegetable"]);
  await sayMany(server, "Ann", gid, Array.from({ length: 450 }, (_, i) => `filler ${i}`));
  await ann.sees("filler 449");
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const FIELD = 'dialog form input[type="search"]';
const hits = () => ann.page.$$eval("dialog .hit .text", (nodes) => nodes.map((node) => [...node.querySelectorAll("mark")].map((mark) => mark.textContent)));

async function search(words: string): Promise<void> {
  await ann.page.fill(FIELD, words);
  await ann.page.press(FIELD, "Enter");
}

test("hits are found by the beginning of a word and marked, also far into a long message", async () => {
  await ann.page.click('.tools button[aria-label="Search"]');
  await eventually("the index has them", async () => {
    await search("tab");
    await ann.page.waitForTimeout(500);
    return (await hits()).length === 3;
  });
  expect(await hits()).toEqual([["tab"], ["tab"], ["TAB"]]);
});

test("they are narrowed to one person, and to days", async () => {
  await ann.page.click("dialog .bounds summary");
  await ann.page.fill("#search-who", "Bob");
  await search("tab");
  await eventually("one is left", async () => (await hits()).length === 1);
  await ann.page.fill("#search-who", "Nobody at all");
  await search("tab");
  await ann.page.waitForSelector('dialog .hint:text-is("No member is called like that.")');
  await ann.page.fill("#search-who", "");
  const today = await ann.page.evaluate(() => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  });
  await ann.page.fill("#search-since", today);
  await ann.page.fill("#search-until", today);
  await search("tab");
  await eventually("all of today", async () => (await hits()).length === 3);
  await ann.page.fill("#search-since", "");
  await ann.page.fill("#search-until", "2020-02-29");
  await search("tab");
  await ann.page.waitForSelector('dialog .hint:text-is("Nothing was found.")');
});

test("a hit is shown among what was said around it, however far back", async () => {
  await ann.page.fill("#search-until", "");
  await search("vegetable");
  await ann.page.click("dialog .hit");
  await ann.page.waitForSelector('.row.pointed .text:text-is("no tablet, a vegetable")');
  await ann.page.waitForSelector('.row[data-seq="4"]');
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
