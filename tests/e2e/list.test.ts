// The list of groups while people write: what is pressed, aimed at or has the focus stays.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { launch } from "./person";
import { eventually } from "./server";
import type { SidebarStand } from "../../web/app/test/browser/sidebar";
import { stand } from "./stand";

const PRESSES = 8;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await stand(browser, "sidebar", { width: 1000, height: 800 });
  await eventually("100 groups are listed", async () => (await page.locator(".groups li").count()) === 100);
});

afterAll(() => browser?.close());

type Say = Parameters<SidebarStand["say"]>;
const say = (...said: Say) => page.evaluate((said) => window.sidebarStand.say(...said), said);
const everyone = Array.from({ length: 100 }, (_, i) => i + 1);

beforeEach(() => say([], 0));

async function press(nth: number): Promise<{ aimed: string | null; opened: string }> {
  const aimed = page.locator(".groups li").nth(nth).locator("a");
  const box = await aimed.boundingBox();
  if (!box) throw new Error("it is not shown");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  // What stands there when the pointer has come to rest is what is meant.
  const href = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest("a")?.getAttribute("href") ?? null, [x, y] as const);
  await page.mouse.down();
  await page.waitForTimeout(90);
  await page.mouse.up();
  return { aimed: href, opened: await page.evaluate(() => location.hash) };
}

test("a group that is pressed is opened while 100 messages a second come in another one", async () => {
  await say([1], 100);
  for (let i = 0; i < PRESSES; ++i) {
    const { aimed, opened } = await press(2 + i);
    expect(opened).toBe(aimed);
  }
});

test("the group that one points at keeps its place while messages come in all of them", async () => {
  await say(everyone, 100);
  for (let i = 0; i < PRESSES; ++i) {
    const { aimed, opened } = await press(2 + (i % 5));
    expect(opened).toBe(aimed);
  }
});

test("rows keep their nodes and their focus when their words and places change", async () => {
  await page.$$eval(".groups li", (rows) => rows.forEach((row) => row.setAttribute("data-old", "")));
  await page.locator(".groups a").nth(4).focus();
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("href"));
  await page.mouse.move(900, 600);
  await say(everyone, 100);
  const first = await page.locator(".groups a").first().getAttribute("href");
  await eventually("another group is first", async () => (await page.locator(".groups a").first().getAttribute("href")) !== first);
  await page.waitForTimeout(1_500);
  expect(await page.locator(".groups li:not([data-old])").count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(focused);
});
