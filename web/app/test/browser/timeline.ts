// The timeline alone, in a browser, through seeded histories of the SDK's fake server: what somebody looks at
// stays where it is. Driven by tests/e2e/place.test.ts and `npm run place`.

import { Client } from "../../../sdk/src/client";
import { FakeServer } from "../../../sdk/test/fake_server";
import { World } from "../../../sdk/test/world";
import { Timeline } from "../../src/timeline";
import { differences, look, type Look } from "./looks";

const GID = 7;
const OPS = 25;
const NODES_MAX = 300;
const HELD_MAX = 4_200;
const SIZES = [[390, 600], [700, 500], [1_000, 900]] as const;
const frame = () => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));

class History {
  readonly faults: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #world: World;
  readonly #server: FakeServer;
  readonly #client: Client;
  readonly #timeline: Timeline;
  readonly #frame = document.createElement("div");
  #dirty = false;
  #where = "";

  constructor(private readonly seed: number) {
    this.#world = new World(seed);
    this.#server = new FakeServer(this.#world);
    this.#say(this.#pick([20, 120, 600]));
    this.#client = new Client(
      { env: this.#world, open: this.#server.opener(1), token: "1", device: 1, client: "test" },
      () => (this.#dirty = true),
    );
    this.#timeline = new Timeline(this.#client.group(GID), this.#client, {
      sendAgain() {}, discard() {}, menu() {}, person() {}, react() {}, readers() {}, goTo() {}, around() {},
    });
    this.#frame.append(this.#timeline.element);
    this.#frame.style.display = "flex";
    this.#resize();
    document.body.replaceChildren(this.#frame);
    this.#client.connection.start();
    this.#pass(1_000);
  }

  async run(): Promise<void> {
    await frame();
    for (let i = 0; i < OPS; ++i) await this.#step(i);
    this.#client.connection.stop();
  }

  // Led to an entry that is then made again: is it still the one that is pointed at?
  led(): boolean {
    const { last } = this.#group.log;
    this.#timeline.goTo(last);
    this.#server.edit(GID, last);
    this.#pass(700);
    return this.#frame.querySelector(`.pointed[data-seq="${last}"]`) !== null;
  }

  async #step(step: number): Promise<void> {
    const ops: Record<string, () => void> = {
      append: () => this.#say(this.#below(30)),
      storm: () => this.#say(200 + this.#below(400)),
      gap: () => this.#gap(),
      recall: () => this.#server.edit(GID, this.#someone()),
      height: () => this.#react(),
      cut: () => this.#cut(this.#below(40)),
      reset: () => this.#cut(200 + this.#below(1_500)),
      resize: () => this.#resize(),
      up: () => this.#scroll(-this.#below(1_500)),
      top: () => this.#scroll(-1_000_000),
      down: () => this.#scroll(this.#below(900)),
      end: () => this.#scroll(1_000_000),
      fold: () => this.#frame.querySelector<HTMLElement>(".fold")?.click(),
    };
    const name = this.#pick(WEIGHED);
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    this.#where = `seed ${this.seed}, step ${step}, ${name}`;
    if (name === "resize") return this.#resized();
    if (name === "fork") return this.#forked();
    ops[name]?.();
    this.#pass(name === "cut" || name === "reset" ? 60_000 : 700);
    if (name === "fold" || this.#below(6) === 0) await this.#drawn();
  }

  // What was scrolled is on the screen before anybody gives the window another size. The page may draw before it
  // is told of that.
  async #resized(): Promise<void> {
    await this.#drawn();
    const before = look(this.#frame);
    this.#resize();
    this.#pass(700, () => this.#timeline.render());
    await frame();
    this.#check(before);
  }

  // The server is restored from a backup: of what it still has, what is looked at comes to stand where it stood.
  async #forked(): Promise<void> {
    await this.#drawn();
    const before = look(this.#frame);
    const group = this.#server.group(GID);
    group.lose(this.#below(20));
    this.#server.cut(1);
    this.#pass(60_000, () => this.#timeline.render());
    if (before.follows) return;
    const kept = before.rows.filter(({ seq }) => seq <= group.forkSeq);
    if (kept.length > 0) this.#differ({ ...before, rows: kept }, look(this.#frame));
  }

  // The browser draws, and tells the page of what was scrolled or has another size.
  async #drawn(): Promise<void> {
    const before = look(this.#frame);
    await frame();
    this.#check(before);
  }

  #draw(): void {
    const before = look(this.#frame);
    this.#timeline.render();
    this.#check(before);
  }

  // What happened since then moved nothing that the reader did not move.
  #check(before: Look): void {
    const after = look(this.#frame);
    const { log } = this.#group;
    const fault = (what: string) => this.faults.push(`${this.#where}: ${what}`);
    if (after.nodes > NODES_MAX) fault(`${after.nodes} nodes`);
    if (log.entries.length > HELD_MAX) fault(`${log.entries.length} entries held`);
    if (after.rows.length === 0 && log.last > 0) fault("nothing is seen");
    const key = before.follows ? "followed" : "looked";
    this.counts[key] = (this.counts[key] ?? 0) + 1;
    if (before.follows && !after.follows) fault("the newest are not followed any more");
    else if (before.follows && after.below > 1) fault(`${after.below} px below the end`);
    else if (!before.follows) this.#differ(before, after);
  }

  #differ(before: Look, after: Look): void {
    for (const what of differences(before, after)) this.faults.push(`${this.#where}: ${what}`);
  }

  get #group() {
    return this.#client.group(GID);
  }

  #below(most: number): number {
    return Math.floor(this.#world.chance() * most);
  }
  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }
  // One that is held, mostly near to those that are seen.
  #someone(): number {
    const { rows } = look(this.#frame);
    const near = (rows[0]?.seq ?? 1) + this.#below(40) - 20;
    const { first, last } = this.#group.log;
    return this.#below(4) === 0 ? first + this.#below(last - first + 1) : Math.max(first, Math.min(last, near));
  }

  // As the page does it: many events, one drawing.
  #pass(ms: number, draw = () => this.#draw()): void {
    for (let passed = 0; passed < ms; passed += 100) {
      this.#world.advance(100);
      if (!this.#dirty) continue;
      this.#dirty = false;
      draw();
    }
  }

  #say(count: number): void {
    for (let i = 0; i < count; ++i) {
      const lines = this.#pick([0, 0, 0, 0, 1, 3, 25]);
      this.#server.post(GID, `${"words ".repeat(1 + this.#below(15))}${"\n".repeat(lines)}`, this.#pick([2, 2, 3]));
      if (i % 20 === 19) this.#world.advance(this.#below(4) === 0 ? 400_000 : 10);
    }
  }
  #gap(): void {
    this.#server.lostPushes = 1;
    this.#say(this.#below(60));
    this.#server.lostPushes = 0;
    this.#say(1);
  }
  #react(): void {
    const tallies = [{ seq: this.#someone(), readBy: 1, reactions: [{ emoji: "👍", count: this.#below(2), mine: false }] }];
    this.#server.tell(1, { case: "tallies", value: { gid: GID, epoch: this.#group.log.epoch, tallies } });
  }
  #cut(missed: number): void {
    this.#server.cut(1);
    this.#say(missed);
  }
  #resize(): void {
    const [width, height] = this.#pick(SIZES);
    Object.assign(this.#frame.style, { width: `${width}px`, height: `${height}px` });
  }
  // The event comes at once, or only after the next drawing.
  #scroll(by: number): void {
    const scroller = this.#frame.querySelector(".scroller");
    if (!scroller) return;
    scroller.scrollTop += by;
    if (this.#below(3) > 0) scroller.dispatchEvent(new Event("scroll"));
  }
}

const WEIGHED = [
  "append", "append", "append", "storm", "gap", "gap", "recall", "recall", "height", "height", "height", "cut", "reset",
  "resize", "resize", "up", "up", "up", "top", "top", "down", "end", "fold", "fork",
];

async function histories(from: number, count: number): Promise<{ faults: string[]; counts: Record<string, number> }> {
  const faults: string[] = [];
  const counts: Record<string, number> = {};
  for (let seed = from; seed < from + count; ++seed) {
    const history = new History(seed);
    await history.run();
    faults.push(...history.faults);
    for (const [name, times] of Object.entries(history.counts)) counts[name] = (counts[name] ?? 0) + times;
  }
  return { faults, counts };
}

function led(seed: number): boolean {
  return new History(seed).led();
}

export type Histories = typeof histories;

declare global {
  interface Window {
    histories: Histories;
    led: typeof led;
  }
}
window.histories = histories;
window.led = led;
