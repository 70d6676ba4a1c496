// What a client does by the server's storm level, and with what it is refused in one.

import { beforeEach, expect, test } from "vitest";
import type { Client } from "../src/client";
import { Code } from "../src/codec";
import type { Group } from "../src/group";
import { FakeServer } from "./fake_server";
import { GID, signIn, texts } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;
let ann: Client;
let group: Group;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
  ann = signIn(server, 1);
  group = ann.group(GID);
  world.advance(1_000);
});

function storm(level: number): void {
  server.level = level;
  world.advance(server.pulseS * 1_000);
  expect(ann.level).toBe(level);
  server.asked.length = 0;
}

const asked = (name: string) => server.asked.filter(({ command }) => command.case === name).length;

function typeFor(seconds: number): number {
  for (let i = 0; i < seconds; ++i) {
    group.typing.typed();
    world.advance(1_000);
  }
  return asked("typing");
}

test("typing is told less often, and in a rush not at all", () => {
  expect(typeFor(24)).toBe(8);
  storm(1);
  expect(typeFor(24)).toBe(2);
  storm(2);
  expect(typeFor(24)).toBe(0);
});

test("what was read is reported later", () => {
  for (let i = 0; i < 5; ++i) server.post(GID, `n${i}`);
  storm(2);
  group.reader.show(3);
  world.advance(11_000);
  expect(asked("read")).toBe(0);
  world.advance(49_000);
  expect(asked("read")).toBe(1);
});

test("a send refused in a storm says why and until when, and goes out by itself under its own id", () => {
  server.refuseNext.push({ code: Code.STORM, retryAfterMs: 7_000 });
  group.send({ text: "patient" });
  world.advance(1_000);
  const [item] = group.outbox.items;
  expect([item?.state, item?.refusal?.code, item?.retryAtMs]).toEqual(["waiting", Code.STORM, expect.any(Number)]);
  world.advance(5_000);
  expect(asked("send")).toBe(1);
  world.advance(2_000);
  expect(texts(group.log.entries)).toEqual(["patient"]);
  const ids = server.asked.flatMap(({ command }) => (command.case === "send" ? [String(command.value.cmid)] : []));
  expect(new Set(ids).size).toBe(1);
});
