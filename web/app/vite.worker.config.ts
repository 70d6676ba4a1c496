// The service worker, after the page: it holds the list of what the page is built of.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const DIST = fileURLToPath(new URL("dist/", import.meta.url));

const shell: Plugin = {
  name: "shell",
  writeBundle() {
    // Names of all emoji are most of the page, and come when they are wanted.
    const assets = readdirSync(`${DIST}assets`).filter((name) => /\.(?:js|css)$/.test(name) && !/^emoji_(?:en|zh)-/.test(name)).toSorted();
    const paths = ["index.html", "icon.svg", "icon_unread.svg", ...assets.map((name) => `assets/${name}`)];
    const code = readFileSync(`${DIST}worker.js`, "utf8");
    const hash = createHash("sha256").update(code);
    for (const path of paths) hash.update(path).update(readFileSync(DIST + path));
    const files = paths.map((path) => (path === "index.html" ? "/" : `/${path}`));
    writeFileSync(`${DIST}worker.js`, `const SHELL=${JSON.stringify({ version: hash.digest("hex").slice(0, 16), files })};\n${code}`);
  },
};

export default defineConfig({
  plugins: [shell],
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    rollupOptions: { input: fileURLToPath(new URL("worker/worker.ts", import.meta.url)), output: { format: "iife", entryFileNames: "worker.js" } },
  },
});
