// The operator's daily work: how the server does, what was reported, groups and who did what.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer } from "./club";
import { enterAdmin } from "./operator";
import { launch, Person } from "./person";
import { ADMIN_PAGE, eventually } from "./server";

const server = clubServer(["--admin-web", ADMIN_PAGE]);
let browser: Browser;

beforeAll(async () => {
  await server.start();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test("charts have axes, and an hour of what was seen while the page was open, whichever view was shown", async () => {
  const { page, errors } = await enterAdmin(browser, server);
  const chart = page.locator('[data-chart="memory"]');
  await eventually("memory is drawn", async () => ((await chart.locator(".line").getAttribute("d")) ?? "") !== "");
  const words = await chart.locator("text").allTextContents();
  expect(words.filter((one) => /^\d+(\.\d)? [KMG]iB$/.test(one)).length).toBeGreaterThanOrEqual(2);
  expect(words).toContain("now");
  expect(words).toContain("−5 min");
  expect(await chart.locator("svg").getAttribute("aria-label")).toMatch(/^Memory: now .*iB, highest .*iB in the last 5 min$/);
  const points = async () => ((await chart.locator(".line").getAttribute("d")) ?? "").split(/[ML]/).length;
  const before = await points();
  await page.click('nav >> text="Accounts"');
  await page.waitForTimeout(6_000);
  await page.click('nav >> text="Overview"');
  await eventually("what came meanwhile is drawn", async () => (await points()) > before);
  await page.selectOption("#span", "2");
  await eventually("an hour is shown", async () => (await chart.locator("text").allTextContents()).includes("−60 min"));
  await fetch(`${server.http}/api/v1/sign-in`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "Nobody", password: "not the right one" }) });
  await page.waitForSelector('[data-chart="http-refusals"] .legend li:has-text("BAD_CREDENTIALS")');
  expect(errors).toEqual([]);
}, 60_000);

test("what cannot be undone is asked first, in words that say what it does, and not done after a no", async () => {
  const dan = await Person.signUp(browser, server.http, "Dan");
  const link = await dan.create("Garden");
  const eva = await Person.signUp(browser, server.http, "Eva");
  await eva.join(link);
  await eva.say("too early");
  await dan.sees("too early");
  const { page, errors } = await enterAdmin(browser, server);
  const asked: string[] = [];
  page.removeAllListeners("dialog");
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  await page.click('nav >> text="Groups"');
  await page.fill('form:has-text("Announcement") input', "Everybody out");
  await page.press('form:has-text("Announcement") input', "Enter");
  await eventually("it was asked", async () => asked.length === 1);
  await page.click('tr:has-text("Garden") >> text="Open"');
  await page.selectOption('tr:has-text("Eva") select', "owner");
  await page.fill('form:has-text("Take back") input', "1");
  await page.press('form:has-text("Take back") input', "Enter");
  await eventually("each was asked", async () => asked.length === 3);
  expect(asked[0]).toContain("Everybody out");
  expect(asked[1]).toContain("Eva becomes the owner");
  expect(asked[2]).toContain("Message #1");
  expect(await page.inputValue('tr:has-text("Eva") select')).toBe("member");
  expect((await dan.shown()).map(({ text }) => text)).toEqual(["too early"]);
  expect(await dan.page.locator(".groups .preview", { hasText: "Everybody out" }).count()).toBe(0);
  expect(errors).toEqual([]);
  await dan.context.close();
  await eva.context.close();
}, 90_000);

test("reports of all groups wait in one queue, a group is found by a part of its name, and who did it stands in the log", async () => {
  const fay = await Person.signUp(browser, server.http, "Fay");
  const link = await fay.create("Chess corner");
  const gus = await Person.signUp(browser, server.http, "Gus");
  await gus.join(link);
  await gus.say("buy cheap pawns");
  await fay.sees("buy cheap pawns");
  await fay.act("buy cheap pawns", "Report…");
  await fay.page.click('dialog button[type="submit"]');
  await fay.page.waitForSelector("dialog:not(:has(form))");
  const { page, errors, asked } = await enterAdmin(browser, server, "Maria 王");
  await page.click('nav >> text="Reports"');
  const report = page.locator('tr:has-text("Chess corner")');
  await report.waitFor();
  expect((await report.locator("td").allTextContents()).slice(1, 4)).toEqual(["Chess corner", "#1", "Gus"]);
  await report.locator('button:has-text("Take down")').click();
  await page.waitForSelector('text="Nothing waits for a decision."');
  expect(asked).toEqual([expect.stringContaining("Message #1 is taken back for everybody")]);
  await eventually("it is gone", async () => (await gus.shown()).at(-1)?.text === "Message recalled");

  await page.click('nav >> text="Groups"');
  await page.fill('form:has-text("Name contains") input', "SS COR");
  await page.press('form:has-text("Name contains") input', "Enter");
  await eventually("only that one is listed", async () => (await page.locator("tbody tr").count()) === 1);
  await page.click('tr:has-text("Chess corner") >> text="Open"');
  await page.fill('input[name="slow"]', "30");
  await page.press('input[name="slow"]', "Enter");
  await page.waitForSelector('.notice:has-text("Done.")');
  await eventually("Gus is told", async () => (await gus.page.textContent(".about"))?.includes("slow mode: 30 s"));
  await page.click('text="Back to groups"');
  await page.click('tr:has-text("Chess corner") >> text="Open"');
  await eventually("what holds now stands there", async () => (await page.inputValue('input[name="slow"]')) === "30");

  await page.click('nav >> text="Who did what"');
  await page.fill(".audit input", "maria 王");
  await page.press(".audit input", "Enter");
  await eventually("three acts are theirs", async () => (await page.locator("tbody tr").count()) === 3);
  expect((await page.locator("tbody tr td:nth-child(4)").allTextContents()).toSorted()).toEqual(["groups.configure", "groups.recall", "groups.reports.dismiss"]);
  expect(errors).toEqual([]);
}, 120_000);

test("invitations into a group are listed and ended, and the load of a group is counted", async () => {
  const hal = await Person.signUp(browser, server.http, "Hal");
  await hal.create("Doors");
  await hal.actOnGroup("Settings");
  await hal.page.selectOption("#policy", "1");
  await hal.page.click('dialog button[type="submit"]');
  await hal.page.waitForSelector("dialog", { state: "detached" });
  await hal.actOnGroup("Invite people");
  await hal.page.click('dialog button:has-text("Make an invitation link")');
  await hal.page.waitForSelector(".invites li");
  await hal.closeDialog();
  const { page, errors } = await enterAdmin(browser, server);
  await page.click('nav >> text="Groups"');
  const load = page.locator('tr:has-text("Doors") td').nth(5);
  await eventually("nothing is said", async () => (await load.textContent()) === "0");
  for (let i = 1; i <= 5; ++i) await hal.say(`knock ${i}`);
  await hal.settled();
  await eventually("it is counted", async () => Number(await load.textContent()) > 0);
  await page.click('tr:has-text("Doors") >> text="Open"');
  await page.click(".invites >> text=End");
  await eventually("it is ended", async () => (await page.locator(".invites tbody tr").count()) === 0);
  expect(errors).toEqual([]);
}, 90_000);
