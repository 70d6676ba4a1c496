// Ann and Bob in Ann's group, on a server and in a browser of the test file's own.

import type { Browser } from "playwright-core";
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
export const clubServer = (): Server => new Server(["--accounts-per-minute", "10000", "--sends-per-second", "100", "--sends-burst", "100"]);

export async function meet(server: Server, ofAnn: Device = {}): Promise<Club> {
  await server.start();
  const browser = await launch();
  const ann = await Person.signUp(browser, server.http, "Ann", ofAnn);
  const link = await ann.create("Book club");
  const bob = await Person.signUp(browser, server.http, "Bob");
  await bob.join(link);
  return { browser, ann, bob, link };
}
