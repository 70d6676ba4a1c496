// The page's service worker: the page comes up without a network, and on a slow one, and somebody whose page is closed
// is told what the server pushes. It answers for the page
// itself and for the files that the page is built of; everything else, /api and the socket before all, it never
// touches.
//
// All files of a build lie in one cache; those of the build before stay, for tabs that still run it. The page is
// asked of the server first, so nobody looks at an old one for longer than the server is out of reach.

import { noticeOf } from "./notice";
import { cachesToDrop, isAnswer, pathOf, type Shell } from "./shell";

declare const self: ServiceWorkerGlobalScope;
// Written by the build.
declare const SHELL: Shell;

const PAGE = "/";
const SLOW_MS = 1_500;
const CACHE = `stentor.shell.${SHELL.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("fetch", (event) => {
  const path = pathOf(event.request, self.location.origin);
  if (path === undefined) return;
  if (event.request.mode !== "navigate") event.respondWith(file(event.request));
  else if (path === PAGE) event.respondWith(page(event));
});

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String((event.notification.data as { hash?: unknown } | null)?.hash ?? "")));
});

async function show(data: PushMessageData | null): Promise<void> {
  let payload: unknown;
  try {
    payload = data?.json();
  } catch {
    // Not of this server: a browser must show something nevertheless.
  }
  const { title, body, tag, hash } = noticeOf(payload);
  await self.registration.showNotification(title, { body, tag, icon: "/icon.svg", data: { hash } });
}

// A page that is there already goes to the message; it is told, since a navigation would load it anew.
async function open(hash: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" });
  const page = pages.find(({ focused }) => focused) ?? pages[0];
  if (!page) return void (await self.clients.openWindow(PAGE + hash));
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- It is a client of this worker, not a window.
  page.postMessage({ open: hash });
  await page.focus();
}

// What another build's cache holds already is not fetched again: its name tells its content.
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(SHELL.files.map(async (path) => {
    const hashed = path.startsWith("/assets/");
    const held = hashed ? await caches.match(path) : undefined;
    const answer = held ?? (await fetch(path, { cache: hashed ? "default" : "no-cache" }));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    await cache.put(path, answer);
  }));
  // A tab of the build before finds its files where they were.
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of cachesToDrop(await caches.keys(), CACHE)) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function page(event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const asked = fromServer(event);
  const late = new Promise<undefined>((later) => setTimeout(later, SLOW_MS));
  const first = await Promise.race([asked, late]);
  if (first && isAnswer(first)) return first;
  const held = await cache.match(PAGE, { ignoreVary: true });
  return held ?? first ?? (await asked) ?? Response.error();
}

// Nothing: it cannot be reached.
async function fromServer(event: FetchEvent): Promise<Response | undefined> {
  try {
    return ((await event.preloadResponse) as Response | undefined) ?? (await fetch(event.request));
  } catch {
    return undefined;
  }
}
