// The page as somebody uses it: accounts, links, what is unread, looking back while others talk.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enter, PASSWORD, sdkClient } from "./account";
import { launch, Person } from "./person";
import { eventually, Server } from "./server";

const server = new Server(["--accounts-per-minute", "10000"]);
let browser: Browser;
let ann: Person;
let link: string;
const gidOf = (address: string) => Number(/\d+$/.exec(address)?.[0]);

beforeAll(async () => {
  await server.start();
  browser = await launch();
  ann = await Person.signUp(browser, server.http, "Ann");
  link = await ann.create("Book club");
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test("a name that is taken and a wrong password are said in words; the right one lets in", async () => {
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  const error = () => page.textContent(".error");
  await page.goto(server.http);
  await page.fill("#name", "Ann");
  await page.fill("#password", "another password");
  await page.click('button[type="submit"]');
  await eventually("the name is refused", async () => (await error())?.includes("taken"));
  await page.click(".switch button");
  await page.fill("#password", "not her password");
  await page.click('button[type="submit"]');
  await eventually("the password is refused", async () => (await error())?.includes("do not fit"));
  await page.fill("#password", PASSWORD);
  await page.click('button[type="submit"]');
  await page.waitForSelector('[data-connection="online"]');
  await page.waitForSelector('.groups a:has-text("Book club")');
  await page.click('button:has-text("Sign out")');
  await page.waitForSelector("#password");
  expect(await page.evaluate(() => localStorage.getItem("stentor.account"))).toBeNull();
});

test("a link leads through signing up to the question whether to join", async () => {
  const bob = await Person.signUp(browser, link, "Bob");
  await bob.page.click(".card .primary");
  await bob.page.waitForSelector(".conversation textarea:visible");
  await bob.say("here by the link");
  await ann.sees("here by the link");
  await eventually("the head counts both", async () => (await ann.page.textContent(".about"))?.startsWith("2 members"));
  expect(bob.page.url()).toBe(link);
  await bob.context.close();
});

test("more than the server takes at once goes out later, by itself and in order", async () => {
  const thoughts = Array.from({ length: 9 }, (_, i) => `thought ${i}`);
  for (const text of thoughts) await ann.say(text);
  await ann.page.waitForSelector('.row.pending:has-text("Goes out in")');
  await ann.settled();
  const said = (await ann.shown()).map(({ text }) => text).filter((text) => text.startsWith("thought"));
  expect(said).toEqual(thoughts);
});

test("a text that is too long is not sent, and says by how much", async () => {
  await ann.page.fill(".composer textarea", "字".repeat(2_731));
  expect(await ann.page.textContent(".composer .note")).toBe("Too long by 1 bytes");
  expect(await ann.page.isDisabled(".send")).toBe(true);
  await ann.page.fill(".composer textarea", "");
});

test("what is said elsewhere is counted, and where reading was left is marked", async () => {
  const cho = sdkClient(server, await enter(server, "sign-up", "Cho"));
  await eventually("Cho is online", async () => cho.connection.state.name === "online");
  await new Promise<void>((joined) => cho.entrance.join(gidOf(link), () => joined()));
  const group = cho.group(gidOf(link));
  await eventually("Cho is in", async () => group.state === "open");

  await ann.page.goto(`${server.http}/#/`);
  for (const text of ["one", "two", "three"]) group.send({ text });
  await eventually("three are unread", async () => (await ann.page.textContent(".groups .badge")) === "3");
  await eventually("the title counts", async () => (await ann.page.title()).startsWith("(3)"));
  await ann.page.click(".groups a");
  await ann.sees("three");
  const rule = await ann.page.$eval(".new-rule", (node) => node.nextElementSibling?.querySelector(".text")?.textContent);
  expect(rule).toBe("one");
  await eventually("nothing is unread", async () => (await ann.page.title()) === "Stentor");
  cho.connection.stop();
});

test("who looks back is left alone by what comes, and jumps to it when they like", async () => {
  const dan = sdkClient(server, await enter(server, "sign-up", "Dan"));
  await eventually("Dan is online", async () => dan.connection.state.name === "online");
  await new Promise<void>((joined) => dan.entrance.join(gidOf(link), () => joined()));
  const group = dan.group(gidOf(link));
  for (let i = 0; i < 4; ++i) group.send({ text: `a long one ${i}\n${"and a line\n".repeat(30)}` });
  await eventually("they are written", async () => group.state === "open" && group.outbox.items.length === 0);
  await eventually("Ann sees them", async () => (await ann.shown()).some(({ text }) => text.startsWith("a long one 3")));

  const top = () => ann.page.$eval(".scroller", (scroller) => {
    const row = [...scroller.querySelectorAll(".row")].find((node) => node.getBoundingClientRect().bottom > 200);
    return `${row?.getAttribute("data-seq")} at ${Math.round(row?.getBoundingClientRect().top ?? 0)}`;
  });
  await ann.page.$eval(".scroller", (scroller) => scroller.scrollBy(0, -1_200));
  await ann.page.waitForSelector(".jump:visible");
  const before = await top();
  group.send({ text: "news" });
  await eventually("the count is shown", async () => (await ann.page.textContent(".jump .badge")) === "1 more");
  expect(await top()).toBe(before);
  await ann.page.click(".jump");
  await ann.sees("news");
  await ann.page.waitForSelector(".jump", { state: "hidden" });
  dan.connection.stop();
});

test("with the keyboard alone one gets from the list into a group and talks", async () => {
  await ann.page.goto(`${server.http}/#/`);
  await ann.page.waitForSelector(".conversation", { state: "detached" });
  await ann.page.focus(".groups a");
  await ann.page.keyboard.press("Enter");
  await ann.page.waitForSelector(".composer textarea:focus");
  await ann.page.keyboard.type("by keyboard");
  await ann.page.keyboard.press("Enter");
  await ann.sees("by keyboard");
});

test("nothing went wrong in the page, and the token is in no address", async () => {
  expect(ann.errors).toEqual([]);
  const { token, addresses } = await ann.page.evaluate(() => ({
    token: (JSON.parse(localStorage.getItem("stentor.account") ?? "{}") as { token?: string }).token ?? "",
    addresses: performance.getEntriesByType("resource").map(({ name }) => name).concat(location.href),
  }));
  expect(token.length).toBeGreaterThan(20);
  expect(addresses.filter((address) => address.includes(token))).toEqual([]);
});
