#!/usr/bin/env bash
# Debian's chromium-headless-shell 156 lists a microphone and says that a page may use it, and then refuses it.
#
# With --use-fake-device-for-media-stream and the permission granted over the DevTools protocol,
# navigator.permissions.query() answers "granted" and enumerateDevices() names an audio input. getUserMedia() is
# rejected all the same, with NotSupportedError. Only --use-fake-ui-for-media-stream, which answers in a person's
# place, lets it succeed.
#
# Where it matters: tests of voice messages and calls. A page that first looks whether it may record, and shows
# its button by that, passes every check and fails at the press.
set -euo pipefail

playwright=1.65.1
chromium=156.0.8078.108-1~deb12u1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get download "chromium-headless-shell=$chromium" "chromium-common=$chromium" >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" root; done
npm install --silent --no-audit --no-fund "playwright-core@$playwright" >/dev/null
shell=$(find root -path "*/lib/*" -name "*headless*shell*" -type f -perm -u+x | head -n 1)
printf 'playwright-core %s\n' "$playwright"
"$shell" --version

cat >look.mjs <<'EOF'
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const server = createServer((_, answer) => answer.end("<!doctype html><title>page</title>")).listen(0, "127.0.0.1");
await new Promise((ready) => server.once("listening", ready));
const address = `http://127.0.0.1:${server.address().port}`;

async function looked(...more) {
  const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--use-fake-device-for-media-stream", ...more] });
  const context = await browser.newContext();
  await context.grantPermissions(["microphone"], { origin: address });
  const page = await context.newPage();
  await page.goto(address);
  const seen = await page.evaluate(async () => [
    (await navigator.permissions.query({ name: "microphone" })).state,
    (await navigator.mediaDevices.enumerateDevices()).some(({ kind }) => kind === "audioinput") ? "listed" : "not listed",
    await navigator.mediaDevices.getUserMedia({ audio: true }).then(() => "a stream", ({ name }) => name),
  ]);
  await browser.close();
  return seen.join(", ");
}

const plain = await looked();
const answered = await looked("--use-fake-ui-for-media-stream");
server.close();
console.log(`permission granted:                 ${plain}`);
console.log(`and --use-fake-ui-for-media-stream: ${answered}`);
process.exit(plain === "granted, listed, NotSupportedError" && answered === "granted, listed, a stream" ? 0 : 1);
EOF
node look.mjs "$work/$shell"
