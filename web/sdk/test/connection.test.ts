import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { Code } from "../src/codec";
import { ANSWER_WITHIN_MS } from "../src/request";
import { CAP_MS, delayMs } from "../src/timer";
import { FakeServer } from "./fake_server";
import { GID, signIn } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
});

const hellos = () => server.asked.filter(({ command }) => command.case === "hello");

test("says Hello, is welcomed, and resumes the groups that it watches after a cut", () => {
  const ann = signIn(server, 1);
  ann.group(GID);
  server.post(GID, "x");
  world.advance(1_000);
  expect(ann.connection.state.name).toBe("online");
  server.cut(1);
  expect(ann.connection.state.name).toBe("waiting");
  world.advance(5_000);
  const again = hellos()[1]?.command;
  expect(again?.case === "hello" && again.value.resume).toEqual([{ gid: GID, epoch: 1, seq: 1 }]);
  expect(ann.watched(GID)?.state).toBe("open");
});

test("a refused token ends it for good", () => {
  const ann = signIn(server, 1, "forged");
  world.advance(600_000);
  expect(ann.connection.state).toEqual({ name: "stopped", code: Code.TOKEN_INVALID });
  expect(hellos()).toHaveLength(1);
});

test("two missed pulses end a connection that the socket believes alive", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  for (const peer of server.peers) peer.uid = 0;
  world.advance(server.pulseS * 2_000);
  expect(ann.connection.state.name).toBe("online");
  world.advance(server.pulseS * 1_000 + 30_000);
  expect(hellos()).toHaveLength(2);
  expect(ann.connection.state.name).toBe("online");
});

test("a Bye is obeyed to its time", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  for (const peer of server.peers) peer.say(0, { case: "bye", value: { reason: Code.DRAINING, afterMs: 20_000 } });
  world.advance(19_000);
  expect(ann.connection.state.name).toBe("waiting");
  ann.connection.wake();
  expect(hellos()).toHaveLength(1);
  world.advance(5_000);
  expect(hellos()).toHaveLength(2);
});

test("who read too slowly is back within a second, and has everything by number", () => {
  const ann = signIn(server, 1);
  ann.group(GID);
  server.post(GID, "x");
  world.advance(1_000);
  for (const peer of server.peers) {
    peer.say(0, { case: "refused", value: { code: Code.SLOW_CONSUMER, field: "socket" } });
  }
  server.cut(1, 4000 + Code.SLOW_CONSUMER);
  server.post(GID, "y");
  expect(ann.connection.state.name).toBe("waiting");
  world.advance(1_500);
  expect(hellos()).toHaveLength(2);
  expect(ann.connection.state.name).toBe("online");
  expect(ann.watched(GID)?.log.last).toBe(2);
});

test("waking does not sit out a delay", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.down = true;
  server.cut(1);
  world.advance(120_000);
  server.down = false;
  ann.connection.wake();
  world.advance(300);
  expect(ann.connection.state.name).toBe("online");
});

test("every request is answered exactly once, whatever happens to the connection", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }), (seed, steps) => {
      world = new World(seed);
      server = new FakeServer(world);
      const ann = signIn(server, 1);
      const answers: number[] = [];
      steps.forEach((step, i) => {
        if (step === 0) server.cut(1);
        else if (step === 1) world.advance(700);
        else {
          answers[i] = 0;
          ann.connection.request({ case: "whoRead", value: {} }, () => (answers[i] = (answers[i] ?? 0) + 1));
        }
      });
      world.advance(60_000);
      for (const [i, step] of steps.entries()) if (step > 1) expect(answers[i]).toBe(1);
    }),
  );
});

test("commands that are never answered hold up the others for a while, not for good", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.silent.add("typing");
  const answers: string[] = [];
  for (let i = 0; i < 8; ++i) ann.connection.request({ case: "typing", value: {} }, ({ case: name }) => answers.push(name));
  ann.connection.request({ case: "whoRead", value: {} }, ({ case: name }) => answers.push(name));
  world.advance(ANSWER_WITHIN_MS - 1);
  expect(answers).toEqual([]);
  world.advance(500);
  expect(answers).toEqual([...Array<string>(8).fill("late"), "refused"]);
});

test("delays grow to a bound and are spread over the whole of it", () => {
  const delays = Array.from({ length: 400 }, () => delayMs(20, world));
  expect(Math.max(...delays)).toBeLessThanOrEqual(CAP_MS);
  expect(Math.max(...delays)).toBeGreaterThan(CAP_MS * 0.9);
  expect(Math.min(...delays)).toBeLessThan(CAP_MS * 0.1);
  for (let i = 0; i < 50; ++i) expect(delayMs(1, world)).toBeLessThanOrEqual(1_000);
});

test("a page that is put away closes its socket, and is back without any delay", () => {
  const ann = signIn(server, 1);
  ann.group(GID);
  server.post(GID, "x");
  world.advance(1_000);
  ann.connection.rest();
  expect(server.peers.size).toBe(0);
  server.post(GID, "y");
  world.advance(600_000);
  expect(hellos()).toHaveLength(1);
  ann.connection.back();
  world.advance(150);
  expect(ann.connection.state.name).toBe("online");
  expect(ann.watched(GID)?.log.last).toBe(2);
  // It is told twice: shown again, and no longer frozen.
  ann.connection.back();
  expect(server.peers.size).toBe(1);
});

test("a time that the server has named is kept also over being put away", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  for (const peer of server.peers) peer.say(0, { case: "bye", value: { reason: Code.DRAINING, afterMs: 60_000 } });
  world.advance(1_000);
  ann.connection.rest();
  world.advance(10_000);
  ann.connection.back();
  world.advance(10_000);
  expect(hellos()).toHaveLength(1);
  world.advance(60_000);
  expect(hellos()).toHaveLength(2);
});

test("one that was signed out stays so, whatever the page does", () => {
  const ann = signIn(server, 1, "forged");
  world.advance(1_000);
  ann.connection.rest();
  ann.connection.back();
  world.advance(1_000);
  expect(ann.connection.state.name).toBe("stopped");
});

test("each pulse is answered by Here, under no number, where the server asks for it", () => {
  server.hereS = 60;
  signIn(server, 1);
  world.advance(server.pulseS * 3_000 + 1_000);
  expect(server.unnumbered).toEqual(["here", "here", "here"]);
});

test("a server that does not know Here is not told", () => {
  signIn(server, 1);
  world.advance(server.pulseS * 3_000 + 1_000);
  expect(server.unnumbered).toEqual([]);
});

test("waking leaves a connection alone that was heard of just now, and ends one that was silent", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  ann.connection.wake();
  expect(ann.connection.state.name).toBe("online");
  for (const peer of server.peers) peer.uid = 0;
  world.advance(server.pulseS * 1_500);
  expect(ann.connection.state.name).toBe("online");
  ann.connection.wake();
  expect(ann.connection.state.name).toBe("waiting");
});

test("requests beyond what may be in flight go out as answers come", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  const answers: string[] = [];
  for (let i = 0; i < 30; ++i) ann.connection.request({ case: "whoRead", value: {} }, ({ case: name }) => answers.push(name));
  world.advance(2_000);
  expect(answers).toEqual(Array<string>(30).fill("refused"));
});

test("requests that wait to go out are answered as well when the connection is gone", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.silent.add("whoRead");
  const answers: string[] = [];
  for (let i = 0; i < 30; ++i) ann.connection.request({ case: "whoRead", value: {} }, ({ case: name }) => answers.push(name));
  world.advance(100);
  server.cut(1);
  expect(answers).toEqual(Array<string>(30).fill("lost"));
});

test("once it was online again the delays begin small", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.down = true;
  server.cut(1);
  world.advance(600_000);
  server.down = false;
  world.advance(60_000);
  for (let i = 0; i < 20; ++i) {
    expect(ann.connection.state.name).toBe("online");
    server.cut(1);
    world.advance(1_500);
  }
});

test("a time that the server has named is a least: those who were told the same come back one by one", () => {
  const ann = signIn(server, 1);
  const waits = Array.from({ length: 20 }, () => {
    world.advance(30_000);
    for (const peer of server.peers) peer.say(0, { case: "bye", value: { reason: Code.DRAINING, afterMs: 20_000 } });
    while (ann.connection.state.name === "online") world.advance(1);
    return ann.connection.state.name === "waiting" ? ann.connection.state.untilMs - world.now() : 0;
  });
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(500);
});

test("the code of a close says what a frame that was lost would have said", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.cut(1, 4000 + Code.TOKEN_EXPIRED);
  world.advance(600_000);
  expect(ann.connection.state).toEqual({ name: "stopped", code: Code.TOKEN_EXPIRED });
  expect(hellos()).toHaveLength(1);
});

test("a server that takes the connection and does not greet is left after a while", () => {
  server.silent.add("hello");
  signIn(server, 1);
  world.advance(14_000);
  expect(hellos()).toHaveLength(1);
  world.advance(4_000);
  expect(hellos()).toHaveLength(2);
});

test("a greeting that is refused in a frame of its own is refused all the same", () => {
  server.silent.add("hello");
  const ann = signIn(server, 1);
  world.advance(1_000);
  for (const peer of server.peers) peer.say(0, { case: "refused", value: { code: Code.UNSUPPORTED_VERSION } });
  world.advance(1_000);
  expect(ann.connection.state).toEqual({ name: "stopped", code: Code.UNSUPPORTED_VERSION });
});

test("pulses tell the server's time, which may be another than that of this machine", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.tell(1, { case: "pulse", value: { timeMs: world.now() + 3_600_000 } });
  world.advance(100);
  expect((ann.connection.serverNow() - world.now()) / 1_000).toBeCloseTo(3_600, 0);
});
