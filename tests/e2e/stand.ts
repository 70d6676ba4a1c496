// A page of its own for a part of the app: bundled from its sources, in a real browser, with no server.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";

const APP = fileURLToPath(new URL("../../web/app", import.meta.url));
const ADDRESS = "http://stand.test/";

// `name`: a file of web/app/test/browser, without its ending.
export async function stand(browser: Browser, name: string, viewport = { width: 1000, height: 700 }): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", viewport });
  const page = await context.newPage();
  await page.route(`${ADDRESS}**`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><body></body>" }));
  await page.goto(ADDRESS);
  await page.addStyleTag({ content: readFileSync(`${APP}/src/style.css`, "utf8") });
  await page.addScriptTag({ content: await bundle(name), type: "module" });
  return page;
}

async function bundle(name: string): Promise<string> {
  const built = await build({
    root: APP,
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry: `${APP}/test/browser/${name}.ts`, formats: ["es"], fileName: name }, rolldownOptions: { output: { codeSplitting: false } } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first && "output" in first ? first.output[0] : undefined;
  if (!chunk) throw new Error(`nothing was built of ${name}`);
  return chunk.code;
}
