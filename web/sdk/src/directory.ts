// The list of my groups, newest activity first.

import type { Command, Entry, EventValue, GroupSummary } from "./codec";
import type { Cancel, Env } from "./env";
import type { Answer } from "./push";

type Request = (command: Command, answered: (answer: Answer) => void) => void;

const SOON_MS = 2_000;
const PAGE = 100;
// Nobody scrolls through more; the newest come first.
const GROUPS_MAX = 500;

export class Directory {
  #groups: GroupSummary[] = [];
  #fetch = 0;
  #cancelSoon: Cancel | undefined;
  loaded = false;

  constructor(
    private readonly env: Env,
    private readonly request: Request,
    private readonly changed: () => void,
  ) {}

  get groups(): readonly GroupSummary[] {
    return this.#groups;
  }

  disconnected(): void {
    this.#fetch += 1;
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
  }

  refresh(): void {
    const fetch = ++this.#fetch;
    this.#page(fetch, new Uint8Array(), []);
  }

  // Something in the list is no longer true. However often that is noticed, it is asked once in a while.
  refreshSoon(): void {
    this.#cancelSoon ??= this.env.after(SOON_MS, () => {
      this.#cancelSoon = undefined;
      this.refresh();
    });
  }

  remove(gid: number): void {
    this.#groups = this.#groups.filter((group) => group.gid !== gid);
  }

  // A batch of a watched group: its newest entry and its place in the list.
  grew({ gid, entries }: { gid: number; entries: Entry[] }): void {
    const last = entries.at(-1);
    const group = this.#groups.find((one) => one.gid === gid);
    if (!last || !group || last.seq <= group.head) return;
    group.head = last.seq;
    group.last = last;
    group.activityMs = last.timeMs;
    this.#sort();
  }

  badges(badges: EventValue<"pulse">["badges"]): void {
    for (const { gid, unread, head } of badges) {
      const group = this.#groups.find((one) => one.gid === gid);
      // A group that is not in the list: I joined on another device.
      if (!group) return this.refreshSoon();
      group.unread = unread;
      group.head = Math.max(group.head, head);
    }
  }

  #page(fetch: number, cursor: Uint8Array, before: GroupSummary[]): void {
    this.request({ case: "list", value: { cursor, count: PAGE } }, (answer) => {
      if (fetch !== this.#fetch || answer.case !== "groups") return;
      const groups = [...before, ...answer.value.groups];
      if (answer.value.next.length > 0 && groups.length < GROUPS_MAX) {
        return this.#page(fetch, answer.value.next, groups);
      }
      this.#groups = groups;
      this.loaded = true;
      this.#sort();
      this.changed();
    });
  }

  #sort(): void {
    this.#groups.sort((a, b) => b.activityMs - a.activityMs || b.gid - a.gid);
  }
}
