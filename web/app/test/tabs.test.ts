import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Client, type Env, type OpenSocket } from "@stentor/sdk";
import { FakeServer } from "../../sdk/test/fake_server";
import { World } from "../../sdk/test/world";
import { Tabs } from "../src/tabs";

const GID = 7;
// Of a machine that does much else; by itself each takes some milliseconds.
const PATIENCE_MS = 8_000;
vi.setConfig({ testTimeout: 20_000 });

// The browser's own clock: its locks and channels know no other.
class RealWorld extends World {
  override now(): number {
    return Date.now();
  }
  override after(delayMs: number, run: () => void): () => void {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

interface Request {
  grant(): void;
  rob(): void;
}

// The Web Locks of one browser.
class Locks {
  readonly #queues = new Map<string, Request[]>();

  request(name: string, { ifAvailable, steal, signal }: LockOptions, hold: (lock: Lock | null) => unknown): Promise<unknown> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if (ifAvailable && queue.length > 0) return Promise.resolve().then(() => hold(null));
    return new Promise((done, failed) => {
      const request: Request = {
        grant: () => void Promise.resolve().then(() => hold({ name, mode: "exclusive" })).then((held) => (this.#leave(queue, request), done(held))),
        rob: () => failed(new Error("AbortError")),
      };
      signal?.addEventListener("abort", () => {
        if (queue.indexOf(request) < 1) return;
        queue.splice(queue.indexOf(request), 1);
        failed(new Error("AbortError"));
      });
      if (steal) {
        queue.shift()?.rob();
        queue.unshift(request);
      } else {
        queue.push(request);
      }
      if (queue[0] === request) request.grant();
    });
  }

  #leave(queue: Request[], request: Request): void {
    const at = queue.indexOf(request);
    if (at >= 0) queue.splice(at, 1);
    if (at === 0) queue[0]?.grant();
  }
}

let server: FakeServer;
let locks: Locks | undefined;
let opened: { client: Client; tabs: Tabs }[] = [];
let key = 0;

beforeEach(() => {
  vi.stubGlobal("document", { visibilityState: "visible" });
  server = new FakeServer(new RealWorld());
  server.answers.set("fetchUserLog", () => ({ case: "userLog", value: {} }));
  locks = new Locks();
  key += 1;
});
afterEach(() => {
  for (const one of opened) close(one);
  opened = [];
});

function tab(open: OpenSocket = server.opener(1)) {
  const env: Env = server.world;
  const tabs = new Tabs(String(key), { env, open, changed: () => client.connection.wake() }, locks as unknown as LockManager);
  const client = new Client({ env, open: tabs.open, token: "1", device: 1, client: "test" }, () => {});
  client.group(GID);
  client.connection.start();
  opened.push({ client, tabs });
  return { client, tabs };
}

function close({ client, tabs }: { client: Client; tabs: Tabs }): void {
  client.connection.stop();
  tabs.rest();
}

const online = (...clients: Client[]) => vi.waitFor(() => expect(clients.map((client) => client.group(GID).state)).toEqual(clients.map(() => "open")), { timeout: PATIENCE_MS });
const holds = (client: Client, last: number) => vi.waitFor(() => expect(client.group(GID).log.last).toBe(last), { timeout: PATIENCE_MS });

test("all tabs have one socket, and what is said reaches each", async () => {
  const [a, b, c] = [tab(), tab(), tab()];
  await online(a.client, b.client, c.client);
  expect(server.peers.size).toBe(1);
  server.post(GID, "one");
  b.client.group(GID).send({ text: "two" });
  for (const { client } of [a, b, c]) await holds(client, 2);
});

test("the others go on when the tab with the socket is closed", async () => {
  const [a, b, c] = [tab(), tab(), tab()];
  await online(a.client, b.client, c.client);
  close(a);
  server.post(GID, "meanwhile");
  await holds(b.client, 1);
  await holds(c.client, 1);
  await online(b.client, c.client);
  expect(server.peers.size).toBe(1);
});

test("a tab that was put away and is back follows who has the socket now", async () => {
  const [a, b] = [tab(), tab()];
  await online(a.client, b.client);
  a.client.connection.rest();
  a.tabs.rest();
  await vi.waitFor(() => expect(b.client.group(GID).state).toBe("open"), { timeout: PATIENCE_MS });
  a.tabs.back();
  a.client.connection.back();
  await online(a.client, b.client);
  expect(server.peers.size).toBe(1);
});

test("a closed tab watches nothing any more", async () => {
  const [a, b] = [tab(), tab()];
  await online(a.client, b.client);
  b.client.group(8);
  await vi.waitFor(() => expect(b.client.group(8).state).toBe("open"), { timeout: PATIENCE_MS });
  close(b);
  await vi.waitFor(() => expect(server.asked.filter(({ command }) => command.case === "close").map(({ command }) => command.value)).toEqual([{ gid: 8 }]), { timeout: PATIENCE_MS });
});

test("a tab that has the socket and does not answer is robbed by one that is looked at", async () => {
  const deaf = vi.spyOn(BroadcastChannel.prototype, "addEventListener");
  deaf.mockImplementationOnce(() => {});
  tab(() => ({ send: () => {}, drop: () => {} }));
  deaf.mockRestore();
  const b = tab();
  await new Promise((later) => setTimeout(later, 2_500));
  expect(b.client.connection.state.name).toBe("connecting");
  await vi.waitFor(() => expect(b.client.group(GID).state).toBe("open"), { timeout: PATIENCE_MS });
});

test("a hidden tab robs nobody", async () => {
  const steals: LockOptions[] = [];
  const request = locks?.request.bind(locks);
  if (locks && request) locks.request = (name, options, hold) => (options.steal && steals.push(options), request(name, options, hold));
  vi.stubGlobal("document", { visibilityState: "hidden" });
  const deaf = vi.spyOn(BroadcastChannel.prototype, "addEventListener");
  deaf.mockImplementationOnce(() => {});
  tab(() => ({ send: () => {}, drop: () => {} }));
  deaf.mockRestore();
  tab();
  await new Promise((later) => setTimeout(later, 4_500));
  expect(steals).toEqual([]);
});

test("more than eight tabs do not have to share one socket's groups", async () => {
  const all = Array.from({ length: 10 }, () => tab());
  await online(...all.map(({ client }) => client));
  expect(server.peers.size).toBe(3);
});

test("where there are no locks each tab has its own", async () => {
  locks = undefined;
  const all = [tab(), tab()];
  await online(...all.map(({ client }) => client));
  expect(server.peers.size).toBe(2);
});
