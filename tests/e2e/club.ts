// Ann and Bob, mostly in Ann's group, on a server and in a browser of the test file's own.

import type { Browser, Page } from "playwright-core";
import { launch, Person, type Device } from "./person";
import { Server } from "./server";

export interface Club {
  browser: Browser;
  ann: Person;
  bob: Person;
  link: string;
}

export const INPUT = ".composer textarea";

// They may write as fast as a test does.
export const clubServer = (extra: string[] = []): Server => new Server(["--accounts-per-minute", "10000", "--sends-per-second", "100", "--sends-burst", "100", ...extra]);

export async function meet(server: Server, ofAnn: Device = {}, ofBob: Device = {}): Promise<Club> {
  await server.start();
  const browser = await launch();
  const ann = await Person.signUp(browser, server.http, "Ann", ofAnn);
  const link = await ann.create("Book club");
  const bob = await Person.signUp(browser, server.http, "Bob", ofBob);
  await bob.join(link);
  return { browser, ann, bob, link };
}

// Each in a browser context of their own, and in no group.
export async function gather<Name extends string>(server: Server, ...names: Name[]): Promise<{ browser: Browser } & Record<Lowercase<Name>, Person>> {
  await server.start();
  const browser = await launch();
  const people = {} as Record<string, Person>;
  for (const name of names) people[name.toLowerCase()] = await Person.signUp(browser, server.http, name);
  return { browser, ...people } as { browser: Browser } & Record<Lowercase<Name>, Person>;
}

// Of all pages that are open.
export async function socketsOf(server: Server): Promise<number> {
  const stats = (await (await fetch(`${server.http}/api/v1/stats`)).json()) as { sockets: number };
  return stats.sockets;
}

export async function anotherTab(person: Person, link: string, withinMs = 30_000): Promise<Page> {
  const page = await person.context.newPage();
  await page.goto(link);
  await page.waitForSelector('[data-connection="online"]', { timeout: withinMs });
  return page;
}
