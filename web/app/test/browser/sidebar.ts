// The list of groups alone, in a browser: 100 groups of the SDK's fake server, and batches as fast as they
// are wanted. Driven by tests/e2e/list.test.ts.

import { Client } from "../../../sdk/src/client";
import { EntryKind, type Entry } from "../../../sdk/src/codec";
import { FakeServer } from "../../../sdk/test/fake_server";
import { World } from "../../../sdk/test/world";
import { Calls } from "../../src/calls";
import { Sidebar } from "../../src/sidebar";
import { Status } from "../../src/status";

const GROUPS = 100;
const EVERY_MS = 16;

function start() {
  const world = new World();
  const server = new FakeServer(world);
  const groups = Array.from({ length: GROUPS }, (_, i) => ({ gid: i + 1, epoch: 1, head: 1, name: `Group ${i + 1}`, activityMs: GROUPS - i }));
  server.answers.set("list", () => ({ case: "groups", value: { groups, total: GROUPS } }));
  let scheduled = false;
  const changed = () => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      sidebar.render(1);
    }, EVERY_MS);
  };
  const client = new Client({ env: world, open: server.opener(1), token: "1", device: 1, client: "test" }, changed);
  const sidebar = new Sidebar(client, new Calls(client), new Status(client), { account() {}, signOut() {} });
  document.body.replaceChildren(sidebar.element);
  client.connection.start();
  world.advance(1_000);

  let seq = 1;
  let storm: ReturnType<typeof setInterval> | undefined;
  // In these groups in turn, so many a second.
  const say = (gids: readonly number[], perSecond: number) => {
    clearInterval(storm);
    if (perSecond === 0) return;
    storm = setInterval(() => {
      seq += 1;
      const body = new TextEncoder().encode(`\n\u0001${seq % 10}`);
      const entry = { seq, sender: 2, kind: EntryKind.POST, timeMs: 1_000 + seq, revision: 0, recalled: false, body } as Entry;
      client.directory.grew({ gid: gids[seq % gids.length] ?? 1, epoch: 1, entries: [entry] });
      changed();
    }, 1_000 / perSecond);
  };
  return { say };
}

export type SidebarStand = ReturnType<typeof start>;

declare global {
  interface Window {
    sidebarStand: SidebarStand;
  }
}
window.sidebarStand = start();
