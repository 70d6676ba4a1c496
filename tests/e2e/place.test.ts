// The timeline through seeded histories, alone on a page of its own: with no drawing does a row that one looks at
// move by more than a pixel, and who follows the newest goes on. STENTOR_HISTORIES=10000: so many, as `npm run
// place` does; STENTOR_SEED: from this one on.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Histories } from "../../web/app/test/browser/timeline";
import { launch } from "./person";
import { stand } from "./stand";

const HISTORIES = Number(process.env["STENTOR_HISTORIES"] ?? 20);
const FIRST = Number(process.env["STENTOR_SEED"] ?? 1);
const AT_ONCE = 10;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await stand(browser, "timeline", { width: 1000, height: 900 });
});

afterAll(() => browser?.close());

test("whoever was led to a message sees which it is, also when it is drawn again", async () => {
  expect(await page.evaluate(() => window.led(1))).toBe(true);
});

test(`nothing moves in ${HISTORIES} histories`, async () => {
  const faults: string[] = [];
  const counts: Record<string, number> = {};
  for (let seed = FIRST; seed < FIRST + HISTORIES && faults.length < 20; seed += AT_ONCE) {
    const count = Math.min(AT_ONCE, FIRST + HISTORIES - seed);
    const asked: Parameters<Histories> = [seed, count];
    const some = await page.evaluate((asked) => window.histories(...asked), asked);
    faults.push(...some.faults);
    for (const [name, times] of Object.entries(some.counts)) counts[name] = (counts[name] ?? 0) + times;
    const done = seed + count - FIRST;
    if (done % 500 === 0) process.stdout.write(`${done} of ${HISTORIES} histories, ${faults.length} faults\n`);
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  expect(faults).toEqual([]);
  for (const name of ["followed", "looked", "append", "gap", "recall", "height", "cut", "reset", "resize", "top", "fork"]) {
    expect(counts[name], name).toBeGreaterThan(0);
  }
}, 60_000 + HISTORIES * 2_000);
