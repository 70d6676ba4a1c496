// The page over TLS through nginx, as an operator sets it up: https for the page, wss for what is said.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Nginx } from "./nginx";
import { launch, Person } from "./person";
import { Server } from "./server";

const server = new Server(["--set", "listen.trusted_proxies=127.0.0.1"]);
const nginx = new Nginx();
let browser: Browser;

beforeAll(async () => {
  if (!Nginx.installed) return;
  await server.start();
  await nginx.start(server.http);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await nginx.end();
  if (Nginx.installed) await server.stop();
});

test("over https and wss one signs up, writes and is read, also after the proxy was restarted", async ({ skip }) => {
  skip(!Nginx.installed, "nginx is not installed (Debian: nginx-light)");
  // The certificate is of the test's own making: nobody has signed it.
  const ann = await Person.signUp(browser, nginx.https, "Ann", { ignoreHTTPSErrors: true });
  const sockets: string[] = [];
  ann.page.on("websocket", (socket) => sockets.push(socket.url()));
  const reloaded = await ann.page.reload();
  expect(await reloaded?.securityDetails()).toMatchObject({ subjectName: "localhost", protocol: "TLS 1.3" });
  const link = await ann.create("Behind a proxy");
  await ann.say("hello through TLS");
  await ann.sees("hello through TLS");
  await ann.settled();
  expect(sockets).toEqual([`${nginx.https.replace("https", "wss")}/ws`]);

  // Bob comes without the proxy: the same group, the same order.
  const bob = await Person.signUp(browser, server.http, "Bob");
  await bob.join(link.replace(nginx.https, server.http));
  await bob.sees("hello through TLS");

  await nginx.stop();
  await ann.page.waitForSelector('[data-connection="waiting"]');
  await bob.say("are you there?");
  await nginx.start(server.http);
  await ann.sees("are you there?");
  await ann.say("again");
  await bob.sees("again");
  expect(await ann.shown()).toEqual(await bob.shown());
  expect(await ann.verified()).toBe(3);
  expect(bob.errors).toEqual([]);
}, 120_000);
