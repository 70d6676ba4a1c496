// Whatever is lost, doubled, cut or refused on the way: in the end everybody holds the same log, each
// own message stands in it once, in the order in which it was written.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Client } from "../src/client";
import type { Entry } from "../src/codec";
import { hexOf } from "../src/cmid";
import { FakeServer, type FakeGroup } from "./fake_server";
import { GID, signIn, texts } from "./people";
import { World } from "./world";

type Step =
  | { do: "send"; who: number }
  | { do: "foreign"; count: number }
  | { do: "cut"; who: number }
  | { do: "down"; ms: number }
  | { do: "wait"; ms: number }
  | { do: "edit"; back: number }
  | { do: "older"; who: number }
  | { do: "lose"; count: number };

const who = fc.integer({ min: 0, max: 1 });
const calm: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant("send" as const), who }),
  fc.record({ do: fc.constant("send" as const), who }),
  fc.record({ do: fc.constant("foreign" as const), count: fc.integer({ min: 1, max: 150 }) }),
  fc.record({ do: fc.constant("cut" as const), who }),
  fc.record({ do: fc.constant("down" as const), ms: fc.integer({ min: 10, max: 20_000 }) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
  fc.record({ do: fc.constant("edit" as const), back: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ do: fc.constant("older" as const), who }),
];
const lossy = [...calm, fc.record({ do: fc.constant("lose" as const), count: fc.integer({ min: 1, max: 5 }) })];

const looks = ({ cmid, revision, recalled }: Entry) => `${hexOf(cmid)} ${revision} ${recalled}`;

class Run {
  readonly world: World;
  readonly server: FakeServer;
  readonly clients: Client[];
  readonly written: string[][] = [[], []];

  constructor(seed: number) {
    this.world = new World(seed);
    this.server = new FakeServer(this.world);
    this.clients = [1, 2].map((user) => signIn(this.server, user));
    for (const client of this.clients) client.group(GID);
    this.server.lostPushes = this.world.chance() < 0.5 ? 0.3 : 0;
    this.server.doubledPushes = this.world.chance() < 0.5 ? 0.3 : 0;
    this.server.refusals = this.world.chance() < 0.5 ? 0.2 : 0;
  }

  get log(): FakeGroup {
    return this.server.group(GID);
  }

  step(step: Step): void {
    switch (step.do) {
      case "send": {
        const text = `${step.who}:${this.written[step.who]?.length}`;
        this.written[step.who]?.push(text);
        this.clients[step.who]?.group(GID).send({ text });
        break;
      }
      case "foreign":
        for (let i = 0; i < step.count; ++i) this.server.post(GID, `foreign ${i}`);
        break;
      case "cut":
        this.server.cut(step.who + 1);
        break;
      case "down":
        this.server.down = true;
        this.server.cut(1);
        this.server.cut(2);
        this.world.advance(step.ms);
        this.server.down = false;
        break;
      case "wait":
        this.world.advance(step.ms);
        break;
      case "edit":
        this.server.edit(GID, this.log.head - step.back);
        break;
      case "older":
        this.clients[step.who]?.group(GID).history.older();
        break;
      case "lose":
        this.log.lose(step.count);
        this.server.cut(1);
        this.server.cut(2);
        break;
    }
    for (const client of this.clients) this.#checkSlice(client);
  }

  // At every moment what is shown is a slice without a hole, and nothing pending is also in it.
  #checkSlice(client: Client): void {
    const { log, outbox } = client.group(GID);
    log.entries.forEach((entry, i) => expect(entry.seq).toBe(log.first + i));
    const shown = new Set(log.entries.map(({ cmid }) => hexOf(cmid)));
    for (const { cmid } of outbox.items) expect(shown.has(hexOf(cmid))).toBe(false);
  }

  heal(): void {
    this.server.lostPushes = 0;
    this.server.refusals = 0;
    this.world.advance(300_000);
    // Everybody looks through all that they hold.
    for (let i = 0; i < 20; ++i) {
      for (const client of this.clients) {
        const { log, revalidation } = client.group(GID);
        revalidation.shown(log.first, log.last);
      }
      this.world.advance(1_000);
    }
  }

  checkEnd(): void {
    for (const client of this.clients) {
      const group = client.group(GID);
      expect(client.connection.state.name).toBe("online");
      expect(group.state).toBe("open");
      expect(group.mismatches).toBe(0);
      expect(group.outbox.items).toEqual([]);
      expect(group.log.last).toBe(this.log.head);
      expect(group.log.digest).toEqual(this.log.digestAt(this.log.head));
      expect(group.log.entries.map(looks)).toEqual(this.log.entries.slice(group.log.first - 1).map(looks));
    }
  }
}

test("every history ends in one log with every recall, everybody's sends once and in order", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.oneof(...calm), { maxLength: 60 }), (seed, steps) => {
      const run = new Run(seed);
      for (const step of steps) run.step(step);
      run.heal();
      run.checkEnd();
      for (const [i, mine] of run.written.entries()) {
        const stored = run.log.entries.filter(({ sender }) => sender === i + 1);
        // A recalled entry keeps its place and has no text.
        expect(texts(stored)).toEqual(mine.map((text, n) => (stored[n]?.recalled ? "" : text)));
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("when the server loses its newest entries, what was written is offered again and stands there once", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.oneof(...lossy), { maxLength: 40 }), (seed, steps) => {
      const run = new Run(seed);
      for (const step of steps) run.step(step);
      run.heal();
      run.checkEnd();
      const ids = run.log.entries.map(({ sender, cmid }) => `${sender} ${hexOf(cmid)}`);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 100 },
  );
}, 60_000);
