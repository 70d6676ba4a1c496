// A line that breaks: what is written meanwhile, and a large file on its way.

import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Browser, Page } from "playwright-core";
import { eventually } from "../server";
import { figure, progress } from "./figures";
import type { Options } from "./options";
import { Proxy } from "./proxy";
import type { Stage } from "./stage";

const TRAIN = { bytesPerS: 30_000, roundTripMs: 500 };
const CUT_S = 20;
const WRITTEN_PER_MINUTE = 20;
// The list answers a press within this time, or it is not usable.
const USABLE_MS = 1_000;
const HOME = { bytesPerS: 8_000_000, roundTripMs: 30 };
const FILE_BYTES = 50_000_000;
const FILE_CUTS = [0.2, 0.5, 0.8];
const FILE_CUT_MS = 3_000;

// For the first seconds of each minute nothing passes; the reader writes all the time, and looks at other groups.
export async function cuts(browser: Browser, [stage]: readonly Stage[], { minutes }: Options): Promise<void> {
  if (!stage) return;
  const proxy = await Proxy.start(portOf(stage), TRAIN);
  const page = await opened(browser, stage, proxy.http);
  const prefix = `cut ${Date.now()}`;
  const count = minutes * WRITTEN_PER_MINUTE;
  const presses: number[] = [];
  const every = 60_000 / WRITTEN_PER_MINUTE;
  const began = performance.now();
  for (let i = 1; i <= count; ++i) {
    const second = ((i - 1) * every) / 1_000;
    if (second % 60 === 0) {
      progress("cuts", `minute ${second / 60 + 1} of ${minutes}: ${CUT_S} s without a line`);
      proxy.cut(CUT_S * 1_000);
    }
    await page.fill(".composer textarea", `${prefix} ${i}`);
    await page.press(".composer textarea", "Enter");
    if (i % 5 === 0) presses.push(await pressedMs(page, stage));
    await page.waitForTimeout(Math.max(0, began + i * every - performance.now()));
  }
  await eventually("all are sent", async () => (await page.locator(".row.pending").count()) === 0, 120_000);
  const texts = (await stage.texts(count + 20)).filter((text) => text.startsWith(prefix));
  const wanted = Array.from({ length: count }, (_, i) => `${prefix} ${i + 1}`);
  await page.context().close();
  proxy.stop();
  figure("cuts", `messages of ${count} that the log holds, ${minutes} cuts of ${CUT_S} s`, new Set(texts).size, "");
  figure("cuts", "of these twice or out of their order", texts.filter((text, i) => text !== wanted[i]).length, "");
  figure("cuts", `presses on another group that took over ${USABLE_MS} ms, of ${presses.length}`, presses.filter((ms) => ms > USABLE_MS).length, "");
}

export async function upload(browser: Browser, [stage]: readonly Stage[]): Promise<void> {
  if (!stage) return;
  const proxy = await Proxy.start(portOf(stage), HOME);
  const page = await opened(browser, stage, proxy.http);
  const content = randomBytes(FILE_BYTES);
  await page.click(".clip");
  const chooser = page.waitForEvent("filechooser");
  await page.click('.menu [role="menuitem"]');
  const folder = mkdtempSync(join(tmpdir(), "stentor-upload-"));
  writeFileSync(join(folder, "film.bin"), content);
  await (await chooser).setFiles(join(folder, "film.bin"), { timeout: 120_000 });
  const began = performance.now();
  const sent = () => page.$eval(".attached progress", (bar) => (bar as HTMLProgressElement).value);
  for (const part of FILE_CUTS) {
    await eventually("so much is sent", async () => (await sent()) >= part, 120_000);
    progress("upload", `cut for ${FILE_CUT_MS / 1_000} s at ${Math.round((await sent()) * 100)} %`);
    proxy.cut(FILE_CUT_MS);
  }
  await page.waitForSelector('.attached[data-state="done"]', { timeout: 240_000 });
  const tookS = (performance.now() - began) / 1_000;
  await page.click(".send");
  const file = page.locator(".row[data-seq]:not(.pending) .attachment .file").last();
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), file.click()]);
  const whole = hash(readFileSync(await download.path())) === hash(content);
  await page.context().close();
  proxy.stop();
  rmSync(folder, { recursive: true });
  figure("upload", `${FILE_BYTES / 1e6} MB with ${FILE_CUTS.length} cuts, whole by hash (1: yes)`, Number(whole), "");
  figure("upload", `its time, ${FILE_BYTES / HOME.bytesPerS} s being the line's own`, tookS, "s");
}

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const portOf = (stage: Stage) => Number(new URL(stage.http).port);

async function opened(browser: Browser, stage: Stage, address: string): Promise<Page> {
  const page = await (await stage.context(browser)).newPage();
  await page.goto(`${address}/#/g/${stage.gid}`, { timeout: 60_000 });
  await page.waitForSelector('[data-connection="online"]', { timeout: 60_000 });
  await page.waitForSelector(".row[data-seq]", { timeout: 60_000 });
  return page;
}

// To another group of the list and back.
async function pressedMs(page: Page, stage: Stage): Promise<number> {
  const began = performance.now();
  await page.locator(`.groups a:not([href*="/${stage.gid}"])`).first().click();
  await page.waitForFunction((gid) => !location.hash.includes(`/${gid}`) && document.querySelector(".conversation") !== null, stage.gid);
  const tookMs = performance.now() - began;
  await page.evaluate((gid) => (location.hash = `#/g/${gid}`), stage.gid);
  return tookMs;
}
