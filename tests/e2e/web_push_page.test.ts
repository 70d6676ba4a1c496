// The page's half of Web Push: somebody switches it on, the service worker shows what comes, a press leads to the message.
// The browser's own push service is its vendor's, which no test reaches: what it would give is given in its place, and what
// comes to the test's service is handed to the service worker.

import type { Browser, BrowserContext, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, meet } from "./club";
import type { Person } from "./person";
import { PushService } from "./push_service";
import { eventually } from "./server";

const server = clubServer(["--set", "push.contact=mailto:ops@chat.example", "--set", "push.allow=127.0.0.1", "--set", "push.gather=100 ms"]);
const service = new PushService();
let browser: Browser;
let ann: Person;
let bob: Person;

interface Shown {
  title: string;
  body: string;
  tag: string;
  data: { hash: string };
}
declare global {
  // Of the service worker, while it is watched.
  var shown: Shown[];
}

function subscribed({ endpoint, p256dh, auth }: { endpoint: string; p256dh: string; auth: string }): void {
  let made: unknown = null;
  Object.assign(PushManager.prototype, {
    getSubscription: () => Promise.resolve(made),
    subscribe: (asked: unknown) => {
      made = { endpoint, options: {}, asked, toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: () => Promise.resolve(void (made = null)) };
      return Promise.resolve(made);
    },
  });
  Object.assign(Notification, { requestPermission: () => Promise.resolve("granted") });
  Object.defineProperty(Notification, "permission", { get: () => "granted" });
}

// What a browser without a screen would show.
function watch(worker: Worker): Promise<void> {
  return worker.evaluate(() => {
    globalThis.shown = [];
    ServiceWorkerRegistration.prototype.showNotification = (title, options) => Promise.resolve(void globalThis.shown.push({ ...(options as Omit<Shown, "title">), title }));
  });
}

async function deliver(page: Page, payload: unknown): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise<string>((found) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const [one] = registrations;
      if (one) found(one.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  await devtools.send("ServiceWorker.deliverPushMessage", { origin: server.http, registrationId: await registered, data: JSON.stringify(payload) });
}

const workerOf = (context: BrowserContext) => eventually("the service worker is there", async () => context.serviceWorkers()[0]);

beforeAll(async () => {
  await service.start();
  ({ browser, ann, bob } = await meet(server, {}, { serviceWorkers: "allow" }));
  await bob.context.addInitScript(subscribed, service.subscription());
  await bob.page.reload();
  await eventually("the service worker is there", () => bob.page.evaluate(() => navigator.serviceWorker.controller !== null));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
  await service.stop();
});

test("somebody switches it on, goes away, is told, and a press leads to the message", async () => {
  await bob.page.click(".me");
  await bob.page.check("#push-on");
  await bob.page.waitForSelector('text="You are told on this device."');
  await bob.page.goto("about:blank");
  await ann.say("come back");
  const { payload } = await eventually("it is pushed", async () => service.pushed.find((one) => one.payload["text"] === "come back"));

  await bob.page.goto(`${server.http}/#/`);
  await bob.page.waitForSelector('[data-connection="online"]');
  const worker = await workerOf(bob.context);
  await watch(worker);
  await deliver(bob.page, payload);
  const [notice] = await eventually("it is shown", async () => {
    const shown = await worker.evaluate(() => globalThis.shown);
    return shown.length > 0 && shown;
  });
  expect(notice).toMatchObject({ title: "Book club", body: "Ann: come back" });
  // The worker hears of a press only from a notice that the system shows.
  const press = () => worker.evaluate((data) => {
    const pressed = Object.assign(new Event("notificationclick"), { notification: { data, close: () => {} }, waitUntil: () => {} });
    globalThis.dispatchEvent(pressed);
  }, notice?.data);
  // A page that has just begun does not listen yet.
  await eventually("the press leads there", async () => {
    await press();
    return bob.page.url().includes("#/g/");
  });
  await bob.page.waitForSelector('.row[data-seq]:has(.text:text-is("come back"))');
});

test("and switches it off", async () => {
  await bob.page.click(".me");
  await bob.page.waitForSelector("#push-on:checked");
  await bob.page.uncheck("#push-on");
  await bob.page.waitForSelector('text="You are not told on this device."');
  const { log } = server;
  expect(log).not.toContain("given up");
  expect(bob.errors).toEqual([]);
});
