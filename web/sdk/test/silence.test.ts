import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { LOST_AFTER_MS, LOST_OFFLINE_AFTER_MS, SAID_AFTER_MS } from "../src/silence";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let ann: Client;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  ann.group(GID);
  world.advance(1_000);
});

// The network swallows what is said on the lines that are there.
const swallow = () => {
  for (const peer of server.peers) peer.alive = false;
  server.peers.clear();
};
const hellos = () => server.asked.filter(({ command }) => command.case === "hello").length;

test("that the browser has no network is believed at once, and after a few seconds without a word the line is lost", () => {
  swallow();
  expect(ann.connection.silent).toBe(false);
  ann.connection.doubt();
  expect([ann.connection.silent, ann.connection.state.name]).toEqual([true, "online"]);
  world.advance(LOST_OFFLINE_AFTER_MS);
  expect([ann.connection.silent, ann.connection.state.name]).toEqual([false, "waiting"]);
});

test("a browser that is wrong about its network is corrected by the first answer", () => {
  ann.connection.doubt();
  world.advance(500);
  expect([ann.connection.silent, ann.connection.state.name]).toEqual([false, "online"]);
  world.advance(20_000);
  expect(hellos()).toBe(1);
});

test("a message without an answer says it long before a pulse is missed", () => {
  swallow();
  ann.group(GID).send({ text: "x" });
  world.advance(SAID_AFTER_MS - 100);
  expect(ann.connection.silent).toBe(false);
  world.advance(200);
  expect(ann.connection.silent).toBe(true);
  world.advance(LOST_AFTER_MS);
  expect(ann.connection.state.name).not.toBe("online");
  world.advance(10_000);
  expect(server.group(GID).entries).toHaveLength(1);
});

test("one command that is never answered is no silence: the server is asked something else", () => {
  server.silent.add("typing");
  ann.connection.request({ case: "typing", value: {} }, () => {});
  world.advance(SAID_AFTER_MS + 500);
  expect([ann.connection.silent, ann.connection.state.name]).toEqual([false, "online"]);
  world.advance(60_000);
  expect(hellos()).toBe(1);
});

test("when the network is back the old line is not waited for", () => {
  swallow();
  ann.connection.doubt();
  ann.connection.wake();
  world.advance(1_200);
  expect([ann.connection.silent, ann.connection.state.name, hellos()]).toEqual([false, "online", 2]);
});
