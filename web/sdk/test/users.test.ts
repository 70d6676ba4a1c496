import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { FakeServer } from "./fake_server";
import { signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let ann: Client;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  world.advance(1_000);
});

const asked = () => server.asked.flatMap(({ command }) => (command.case === "fetchUsers" ? [command.value.uids ?? []] : []));
// Everybody but 13.
const knowsPeople = () =>
  server.answers.set("fetchUsers", (command) => {
    const uids = command.case === "fetchUsers" ? (command.value.uids ?? []) : [];
    return { case: "users", value: { users: uids.filter((uid) => uid !== 13).map((uid) => ({ uid, name: `n${uid}` })) } };
  });
const drawn = (from: number, to: number) => {
  const names: (string | undefined)[] = [];
  for (let uid = from; uid <= to; ++uid) names.push(ann.users.name(uid));
  world.advance(500);
  return names;
};

test("names are asked for together, a hundred at a time, each once", () => {
  knowsPeople();
  for (let i = 0; i < 5; ++i) drawn(101, 350);
  expect(asked().map((uids) => uids.length)).toEqual([100, 100, 50]);
  expect(new Set(asked().flat()).size).toBe(250);
  expect(drawn(101, 350)).toEqual(Array.from({ length: 250 }, (_, i) => `n${i + 101}`));
});

test("somebody who does not exist is not asked for with every drawing", () => {
  knowsPeople();
  for (let i = 0; i < 5; ++i) expect(drawn(13, 13)).toEqual([undefined]);
  expect(asked()).toEqual([[13]]);
  drawn(14, 14);
  expect(drawn(14, 14)).toEqual(["n14"]);
});

test("names that were refused, and those that were asked of a connection that is gone, are asked for again", () => {
  drawn(20, 20);
  knowsPeople();
  drawn(20, 20);
  expect(drawn(20, 20)).toEqual(["n20"]);
  drawn(13, 13);
  server.cut(1);
  world.advance(5_000);
  drawn(13, 13);
  expect(asked()).toEqual([[20], [20], [13], [13]]);
});
