// How long it takes until somebody can read: bytes, a slow machine, a slow line.

import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { figure, progress, times } from "./figures";
import type { Options } from "./options";
import { Proxy } from "./proxy";
import type { Stage } from "./stage";

const CPU_SLOWER = 4;
const LINE = { bytesPerS: 30_000, roundTripMs: 500 };
const SLOW_ROUNDS_MAX = 3;
const GROUPS_VISITED = 32;
const VISITED_MS = 100;
// The page writes what it keeps within this time.
const WRITTEN_MS = 3_000;

declare global {
  interface Window {
    // Since the page was asked for; 0: not yet.
    firstWordsMs: number;
    firstMessageMs: number;
  }
}

// Everything that is fetched before somebody can sign in.
export async function bytes(browser: Browser, stages: readonly Stage[]): Promise<void> {
  for (const [which, stage] of stages.entries()) {
    const of = which === 0 ? "" : ", the build beside it";
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    const bodies: Promise<Buffer>[] = [];
    page.on("response", (response) => bodies.push(response.body()));
    await page.goto(stage.http, { waitUntil: "networkidle" });
    const all = await Promise.all(bodies);
    await context.close();
    const sum = (size: (body: Buffer) => number) => all.reduce((total, body) => total + size(body), 0);
    figure("bytes", `first load in ${all.length} requests${of}`, sum(({ length }) => length), "bytes");
    figure("bytes", `first load, gzip -9${of}`, sum((body) => gzipSync(body, { level: 9 }).length), "bytes");
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    figure("bytes", `first load, brotli 11${of}`, sum((body) => brotliCompressSync(body, quality).length), "bytes");
  }
}

// Of somebody who is signed in, with nothing in the browser's cache.
export async function cold(browser: Browser, stages: readonly Stage[], { rounds }: Options): Promise<void> {
  const taken = stages.map((): number[] => []);
  for (let round = 0; round < rounds; ++round) {
    for (const [which, stage] of turns(stages, round)) {
      progress("cold", `round ${round + 1} of ${rounds}, ${stage.name}`);
      taken[which]?.push((await firsts(browser, stage, stage.http, CPU_SLOWER)).messageMs);
    }
  }
  times("cold", `first message, CPU ${CPU_SLOWER} times slower`, taken);
}

// The same browser again, with the newest of its groups on its disk; the server answers as well.
export async function disk(browser: Browser, stages: readonly Stage[], { rounds }: Options): Promise<void> {
  const taken = stages.map((): number[] => []);
  const contexts = await Promise.all(stages.map((stage) => stage.context(browser)));
  for (const [which, stage] of stages.entries()) await visited(contexts[which], stage);
  for (let round = 0; round < rounds; ++round) {
    for (const [which, stage] of turns(stages, round)) {
      progress("disk", `round ${round + 1} of ${rounds}, ${stage.name}`);
      const page = await contexts[which]?.newPage();
      if (page) taken[which]?.push((await firstsOf(page, stage, stage.http, 1)).messageMs);
      await page?.close();
    }
  }
  for (const context of contexts) await context.close();
  times("disk", `first message of a known group, ${GROUPS_VISITED} groups kept`, taken);
}

// As many groups as the page keeps are opened once, the one in which they talk last.
async function visited(context: BrowserContext | undefined, stage: Stage): Promise<void> {
  const page = await context?.newPage();
  if (!page) return;
  await page.goto(`${stage.http}/#/g/${stage.gid}`);
  for (const gid of [...stage.gids.slice(0, GROUPS_VISITED), stage.gid]) {
    await page.evaluate((to) => (location.hash = `#/g/${to}`), gid);
    await page.waitForSelector(".tools");
    await page.waitForTimeout(VISITED_MS);
  }
  await page.waitForTimeout(WRITTEN_MS);
  await page.close();
}

export async function slow(browser: Browser, stages: readonly Stage[], options: Options): Promise<void> {
  const rounds = Math.min(SLOW_ROUNDS_MAX, options.rounds);
  const words = stages.map((): number[] => []);
  const messages = stages.map((): number[] => []);
  for (let round = 0; round < rounds; ++round) {
    for (const [which, stage] of turns(stages, round)) {
      progress("slow", `round ${round + 1} of ${rounds}, ${stage.name}`);
      const proxy = await Proxy.start(Number(new URL(stage.http).port), LINE);
      const { wordsMs, messageMs } = await firsts(browser, stage, proxy.http, 1);
      proxy.stop();
      words[which]?.push(wordsMs);
      messages[which]?.push(messageMs);
    }
  }
  const line = `${LINE.bytesPerS / 1_000} kB/s and ${LINE.roundTripMs} ms round trip`;
  times("slow", `first words, ${line}`, words);
  times("slow", `first message, ${line}`, messages);
}

// Who goes first changes with each round.
function turns(stages: readonly Stage[], round: number): [number, Stage][] {
  const all = [...stages.entries()];
  return round % 2 === 0 ? all : all.toReversed();
}

async function firsts(browser: Browser, stage: Stage, address: string, slower: number): Promise<{ wordsMs: number; messageMs: number }> {
  const context = await stage.context(browser);
  const found = await firstsOf(await context.newPage(), stage, address, slower);
  await context.close();
  return found;
}

async function firstsOf(page: Page, stage: Stage, address: string, slower: number): Promise<{ wordsMs: number; messageMs: number }> {
  await page.addInitScript(() => {
    window.firstWordsMs = window.firstMessageMs = 0;
    const look = () => {
      if (window.firstWordsMs === 0 && (document.body?.innerText.trim() ?? "") !== "") window.firstWordsMs = performance.now();
      if (document.querySelector(".row[data-seq]") === null) return requestAnimationFrame(look);
      return (window.firstMessageMs = performance.now());
    };
    requestAnimationFrame(look);
  });
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await page.goto(`${address}/#/g/${stage.gid}`, { timeout: 60_000 });
  await page.waitForFunction(() => window.firstMessageMs > 0, undefined, { timeout: 60_000 });
  const [wordsMs, messageMs] = await page.evaluate(() => [window.firstWordsMs, window.firstMessageMs] as const);
  return { wordsMs, messageMs };
}
