// What a reader can still do while very much is said: follow it, go to another group, write.

import type { Browser, CDPSession, Page } from "playwright-core";
import { figure, progress, quantile, times } from "./figures";
import type { Options } from "./options";
import type { Stage } from "./stage";

const RATES = [30, 50, 100, 300, 500];
const LOOK_EVERY_MS = 170;
// The pushes have begun to come.
const BEGUN_MS = 1_000;
const CLICKS = 8;
const CLICK_RATE = 100;
const PRESS_MS = 90;
const STORM_RATE = 500;
const KEY_EVERY_MS = 150;
const LONG_FRAME_MS = 50;
// This near to the end, in pixels, the newest message is in view.
const AT_END = 30;

export async function following(browser: Browser, [stage]: readonly Stage[], { seconds }: Options): Promise<void> {
  if (!stage) return;
  for (const rate of RATES) {
    progress("following", `${rate} messages a second for ${seconds} s`);
    const page = await stage.open(browser);
    const before = await newest(page);
    const push = stage.push(rate);
    await page.waitForTimeout(BEGUN_MS);
    const looks: boolean[] = [];
    for (const until = performance.now() + seconds * 1_000; performance.now() < until; ) {
      looks.push(await page.evaluate((near) => {
        const { scrollTop, scrollHeight, clientHeight } = document.querySelector(".scroller") ?? document.body;
        return document.querySelector<HTMLElement>(".jump")?.hidden === true && scrollHeight - clientHeight - scrollTop <= near;
      }, AT_END));
      await page.waitForTimeout(LOOK_EVERY_MS);
    }
    push.stop();
    const { said, seconds: took } = await push.ended;
    const came = (await newest(page)) - before;
    await page.context().close();
    figure("following", `looks that lost the newest at ${Math.round(said / took)}/s (${came} shown), of ${looks.length}`, looks.filter((follows) => !follows).length, "");
  }
}

export async function clicks(browser: Browser, [stage]: readonly Stage[], { groups }: Options): Promise<void> {
  if (!stage) return;
  progress("clicks", `on other groups of ${groups} while ${CLICK_RATE} messages a second come`);
  const page = await stage.open(browser);
  const push = stage.push(CLICK_RATE);
  await page.waitForTimeout(BEGUN_MS);
  let landed = 0;
  for (let i = 0; i < CLICKS; ++i) {
    await page.evaluate((gid) => (location.hash = `#/g/${gid}`), stage.gid);
    await page.waitForTimeout(500);
    const link = page.locator(".groups a").nth(2 + (i % 5));
    const href = await link.getAttribute("href");
    const box = await link.boundingBox();
    if (!box) continue;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.waitForTimeout(PRESS_MS);
    await page.mouse.up();
    await page.waitForTimeout(100);
    if (href !== null && page.url().endsWith(href)) landed += 1;
  }
  push.stop();
  await push.ended;
  await page.context().close();
  figure("clicks", `landed of ${CLICKS} at ${CLICK_RATE}/s, ${groups} groups listed`, landed, "");
}

export async function storm(browser: Browser, stages: readonly Stage[], { seconds, groups }: Options): Promise<void> {
  const keys: number[][] = [];
  for (const stage of stages) {
    progress("storm", `${STORM_RATE} messages a second for ${seconds} s, ${stage.name}`);
    const { keyMs, frameMs, rate, longTasks, busy } = await stormOn(browser, stage, seconds);
    keys.push(keyMs);
    const of = keys.length === 1 ? "" : ", the build beside it";
    figure("storm", `pushed${of}`, rate, "/s");
    figure("storm", `key to frame, p50${of}`, quantile(keyMs, 0.5), "ms");
    figure("storm", `key to frame, p95${of}`, quantile(keyMs, 0.95), "ms");
    const long = frameMs.filter((ms) => ms > LONG_FRAME_MS).length;
    figure("storm", `frames over ${LONG_FRAME_MS} ms, of ${frameMs.length}, ${groups} groups listed${of}`, (100 * long) / Math.max(1, frameMs.length), "%");
    figure("storm", `tasks over 50 ms${of}`, longTasks, "");
    figure("storm", `CPU of the page's main thread${of}`, 100 * busy, "% of a core");
  }
  if (keys.length > 1) times("storm", "key to frame", keys);
}

declare global {
  interface Window {
    keyMs: number[];
    frameMs: number[];
    longTasks: number;
  }
}

async function stormOn(browser: Browser, stage: Stage, seconds: number): Promise<{ keyMs: number[]; frameMs: number[]; longTasks: number; rate: number; busy: number }> {
  const page = await stage.open(browser);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const push = stage.push(STORM_RATE);
  await page.waitForTimeout(BEGUN_MS);
  await page.focus(".composer textarea");
  await page.evaluate(() => {
    window.keyMs = [];
    window.frameMs = [];
    window.longTasks = 0;
    let before = performance.now();
    const frame = (now: number) => {
      window.frameMs.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => (window.longTasks += list.getEntries().length)).observe({ type: "longtask" });
    document.addEventListener("keydown", (event) => {
      // The frame after this one is on the screen when the one behind it begins.
      requestAnimationFrame(() => setTimeout(() => window.keyMs.push(performance.now() - event.timeStamp)));
    });
  });
  const cpuBefore = await cpuOf(session);
  const began = performance.now();
  while (performance.now() < began + seconds * 1_000) {
    await page.keyboard.press("a");
    await page.waitForTimeout(KEY_EVERY_MS);
  }
  const told = await page.evaluate(() => ({ keyMs: window.keyMs, frameMs: window.frameMs.slice(1), longTasks: window.longTasks }));
  const busy = ((await cpuOf(session)) - cpuBefore) / ((performance.now() - began) / 1_000);
  push.stop();
  const { said, seconds: took } = await push.ended;
  await page.context().close();
  return { ...told, rate: said / took, busy };
}

// Seconds that the page's main thread has worked: its own, also on a machine that others use.
async function cpuOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

function newest(page: Page): Promise<number> {
  return page.evaluate(() => Number([...document.querySelectorAll<HTMLElement>(".row[data-seq]")].at(-1)?.dataset["seq"] ?? 0));
}
