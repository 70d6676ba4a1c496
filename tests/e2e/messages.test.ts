// What people do with messages, in real browsers: seen by the others, and by their own other devices.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer } from "./club";
import { launch, Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  ann = await Person.signUp(browser, server.http, "Ann");
  bob = await Person.signUp(browser, server.http, "Bob", { leaves: true });
  link = await ann.create("Book club");
  await bob.join(link);
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const reactions = (person: Person) => person.row("gladly").locator(".reaction").allTextContents();
const gone = async (person: Person) => (await person.shown()).every(({ text }) => text !== "not my taste");
const recalledAt = (person: Person, seq: number) => person.page.textContent(`.row[data-seq="${seq}"] .text`);

test("a recalled message is gone for everybody, at once and after a reload", async () => {
  await ann.say("a slip");
  await bob.sees("a slip");
  const seq = (await bob.shown()).at(-1)?.seq ?? 0;
  await ann.act("a slip", "Recall");
  await ann.page.click("dialog .danger");
  for (const person of [ann, bob]) {
    await eventually("it is recalled", async () => (await recalledAt(person, seq)) === "Message recalled");
  }
  await bob.page.reload();
  await eventually("it stays recalled", async () => (await recalledAt(bob, seq)) === "Message recalled");
  expect(await bob.page.textContent("body")).not.toContain("a slip");
  expect(await bob.verified()).toBe(seq);
});

test("one that was recalled while the other was away is recalled when they are back", async () => {
  await ann.say("gone tomorrow");
  await bob.sees("gone tomorrow");
  const seq = (await bob.shown()).at(-1)?.seq ?? 0;
  await bob.goAway();
  await ann.act("gone tomorrow", "Recall");
  await ann.page.click("dialog .danger");
  await eventually("it is recalled", async () => (await recalledAt(ann, seq)) === "Message recalled");
  expect(await recalledAt(bob, seq)).not.toBe("Message recalled");
  await bob.comeBack();
  await eventually("it is recalled for them too", async () => (await recalledAt(bob, seq)) === "Message recalled", 60_000);
});

test("an edited message has its new words and says so", async () => {
  await ann.say("teh end");
  await bob.sees("teh end");
  await ann.act("teh end", "Edit");
  await ann.say("the end");
  await bob.sees("the end");
  await bob.seesOn("the end", ".edited");
  expect(await ann.page.inputValue(".composer textarea")).toBe("");
});

test("an answer shows what it answers, and leads there", async () => {
  await ann.say("shall we meet at eight?");
  await bob.sees("shall we meet at eight?");
  await bob.act("shall we meet at eight?", "Reply");
  await bob.say("gladly");
  await ann.sees("gladly");
  expect(await ann.row("gladly").locator(".quote").textContent()).toBe("Youshall we meet at eight?");
  await ann.row("gladly").locator(".quote").click();
  await ann.page.waitForSelector(".row.pointed");
});

test("reactions are counted for everybody; mine can be taken back", async () => {
  await ann.act("gladly", "React with 🎉");
  await eventually("Bob sees one", async () => (await reactions(bob)).join() === "🎉 1");
  await bob.row("gladly").locator(".reaction").click();
  for (const person of [ann, bob]) await eventually("both see two", async () => (await reactions(person)).join() === "🎉 2");
  await ann.row("gladly").locator(".reaction").click();
  await eventually("one is left", async () => (await reactions(bob)).join() === "🎉 1");
  await ann.page.reload();
  await eventually("also after a reload", async () => (await reactions(ann)).join() === "🎉 1");
  await bob.page.reload();
  await eventually("and Bob's is Bob's", async () => (await bob.row("gladly").locator('.reaction[aria-pressed="true"]').count()) === 1);
});

test("a click counts though the row changes between press and release", async () => {
  const button = ann.row("gladly").locator(".reaction");
  await button.hover();
  await ann.page.mouse.down();
  await bob.row("gladly").locator(".reaction").click();
  await eventually("Bob has taken Bob's back", async () => (await reactions(bob)).length === 0);
  await ann.page.waitForTimeout(2_500); // Tallies come once a second.
  await ann.page.mouse.up();
  await eventually("it is Ann's now", async () => (await ann.row("gladly").locator('.reaction[aria-pressed="true"]').count()) === 1);
  for (const person of [ann, bob]) await eventually("and counted", async () => (await reactions(person)).join() === "🎉 1");
});

test("who wrote it sees by how many it was read, and by whom", async () => {
  await ann.say("read this");
  await bob.sees("read this");
  await bob.page.evaluate(() => window.dispatchEvent(new Event("blur")));
  await eventually("it is read by one", async () => (await ann.row("read this").locator(".read-by").textContent()) === "Read by 1");
  await ann.row("read this").locator(".read-by").click();
  await ann.page.waitForSelector('.people li:has-text("Bob")');
  await ann.closeDialog();
});

test("writing is shown to the other for a while", async () => {
  await ann.page.waitForTimeout(2_000); // Right behind a message it is taken for the writing of that one.
  await ann.page.fill(".composer textarea", "hm");
  await eventually("Bob sees it", async () => (await bob.page.textContent(".typing"))?.includes("Ann"));
  await eventually("and then not", async () => (await bob.page.textContent(".typing")) === "");
  await ann.page.fill(".composer textarea", "");
});

test("a name is completed while one writes, and who is meant sees that they are", async () => {
  await ann.page.fill(".composer textarea", "");
  await ann.page.locator(".composer textarea").pressSequentially("look here @bo");
  await ann.page.waitForSelector('.mention-box [role="option"]:has-text("Bob")');
  await ann.page.keyboard.press("Enter");
  expect(await ann.page.inputValue(".composer textarea")).toBe("look here @Bob ");
  await ann.page.keyboard.press("Enter");
  await bob.page.waitForSelector('.row.called:has-text("look here @Bob")');
  expect(await ann.page.locator(".row.called").count()).toBe(0);
});

test("a name is completed as well by who has just come back to the text", async () => {
  await ann.page.locator(".composer textarea").focus();
  await ann.page.evaluate(() => {
    const input = document.querySelector<HTMLElement>(".composer textarea");
    input?.blur();
    input?.focus();
  });
  await ann.page.locator(".composer textarea").pressSequentially("@bo");
  await ann.page.waitForSelector('.mention-box [role="option"]:has-text("Bob")', { timeout: 5_000 });
  await ann.page.fill(".composer textarea", "");
});

test("an admin can call all, a member cannot", async () => {
  await bob.page.locator(".composer textarea").pressSequentially("@al");
  await ann.page.locator(".composer textarea").pressSequentially("supper @al");
  await ann.page.waitForSelector('.mention-box [role="option"]:has-text("all")');
  await ann.page.keyboard.press("Tab");
  await ann.page.keyboard.press("Enter");
  await bob.page.waitForSelector('.row.called:has-text("supper @all")');
  expect(await bob.page.locator('.mention-box [role="option"]').count()).toBe(0);
  await bob.page.fill(".composer textarea", "");
});

test("deleted for me is gone on all my devices, also on one that was offline then, and nobody else's", async () => {
  const other = await Person.signIn(browser, link, "Ann", { leaves: true });
  await bob.say("not my taste");
  await ann.sees("not my taste");
  await other.sees("not my taste");
  await other.goAway();
  await ann.act("not my taste", "Delete for me");
  await eventually("it is gone here", () => gone(ann));
  await other.comeBack();
  await eventually("and there", () => gone(other), 60_000);
  await ann.page.reload();
  await ann.sees("read this");
  expect(await gone(ann)).toBe(true);
  expect(await gone(bob)).toBe(false);
  await other.context.close();
});

test("a message is found by its words and shown where it stands", async () => {
  await bob.say("the lighthouse keeper 守塔人");
  await ann.page.reload();
  await ann.sees("the lighthouse keeper 守塔人");
  for (const words of ["lighthouse", "守塔"]) {
    await ann.page.click('button[aria-label="Search"]');
    await ann.page.fill('dialog input[type="search"]', words);
    await eventually("it is found", async () => {
      await ann.page.press('dialog input[type="search"]', "Enter");
      return ann.page.waitForSelector(".found .hit", { timeout: 1_000 });
    });
    await ann.page.click(".found .hit");
    await ann.page.waitForSelector('.row.pointed:has-text("lighthouse")');
  }
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors]).toEqual([]);
});
