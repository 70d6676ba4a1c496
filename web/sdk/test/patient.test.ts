import { beforeEach, expect, test } from "vitest";
import { Code } from "../src/codec";
import type { Client } from "../src/client";
import { FakeServer } from "./fake_server";
import { signIn } from "./people";
import { World } from "./world";

const WAIT_MS = 3_000;

let world: World;
let server: FakeServer;
let ann: Client;
let refusals: number;

const lists = () => server.asked.filter(({ command }) => command.case === "list").length;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  refusals = 1;
  server.answers.set("list", () =>
    refusals-- > 0
      ? { case: "refused", value: { code: Code.RATE_LIMITED, field: "list", limit: 100, retryAfterMs: WAIT_MS, rule: "cost" } }
      : { case: "groups", value: { groups: [{ gid: 1, name: "g1" }], next: new Uint8Array(), total: 1 } },
  );
  ann = signIn(server, 1);
});

test("a list that is refused for now is asked for again when the server says", () => {
  world.advance(WAIT_MS - 500);
  expect([lists(), ann.directory.loaded]).toEqual([1, false]);
  world.advance(1_000);
  expect([lists(), ann.directory.loaded]).toEqual([2, true]);
});

test("it goes on as often as it is refused", () => {
  refusals = 3;
  world.advance(3 * WAIT_MS + 1_000);
  expect([lists(), ann.directory.loaded]).toEqual([4, true]);
});

test("what changes something is not said twice by itself", () => {
  world.advance(WAIT_MS + 1_000);
  server.answers.set("blockUser", () => ({ case: "refused", value: { code: Code.RATE_LIMITED, retryAfterMs: WAIT_MS } }));
  let ended: unknown = "not yet";
  ann.block(9, true, (failure) => (ended = failure));
  world.advance(1_000);
  expect(ended).toMatchObject({ code: Code.RATE_LIMITED });
});

test("a list that is refused for now without a time is not asked for again by itself", () => {
  server.answers.set("list", () => ({ case: "refused", value: { code: Code.OVERLOADED } }));
  world.advance(5_000);
  expect(lists()).toBe(1);
});
