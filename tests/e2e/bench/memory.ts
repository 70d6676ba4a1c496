// What a page holds after very many messages that nobody looked at.

import type { Browser, Page } from "playwright-core";
import { eventually } from "../server";
import { figure, progress } from "./figures";
import type { Options } from "./options";
import type { Stage } from "./stage";

const PIECES = 3;
const RATE = 1_000;
const MIB = 1024 * 1024;

// Both at once: one page is hidden, in the other one somebody reads further up.
export async function memory(browser: Browser, [stage]: readonly Stage[], { messages }: Options): Promise<void> {
  if (!stage) return;
  const hidden = await stage.open(browser);
  await hidden.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  const above = await stage.open(browser);
  await above.$eval(".scroller", (scroller) => scroller.scrollBy(0, -2_000));
  await above.waitForSelector(".jump:not([hidden])");
  const tell = async (came: number) => {
    figure("memory", `JS heap after ${came} messages, hidden`, (await heapOf(hidden)) / MIB, "MiB");
    figure("memory", `JS heap after ${came} messages, scrolled up`, (await heapOf(above)) / MIB, "MiB");
  };
  await tell(0);
  for (let piece = 1; piece <= PIECES; ++piece) {
    progress("memory", `${piece} of ${PIECES} times ${Math.round(messages / PIECES)} messages`);
    const before = await verified(hidden);
    const { said } = await stage.push(RATE, Math.round(messages / PIECES)).ended;
    await eventually("the hidden page has all", async () => (await verified(hidden)) >= before + said, 120_000);
    await tell(piece * said);
  }
  await hidden.context().close();
  await above.context().close();
}

function verified(page: Page): Promise<number> {
  return page.$eval(".verified", (mark) => Number(mark.getAttribute("data-seq")));
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
