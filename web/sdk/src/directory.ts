// The list of my groups, newest activity first, kept true between two askings: by batches of groups
// that are watched, by badges of those that are not, and by my own log.

import { decodeGroups, encodeGroups, type Entry, type EventValue, type GroupSummary, type UserLogEntry } from "./codec";
import type { Cancel, Env } from "./env";
import type { Requester } from "./request";
import { UNREAD_MANY } from "./unread";

const SOON_MS = 2_000;
// Of joins that are told one after the other, as my log does after a night.
const GATHER_MS = 50;
const PAGE = 100;
const NONE = new Uint8Array();

export class Directory {
  #groups: GroupSummary[] = [];
  #wanted = PAGE;
  #next: Uint8Array = NONE;
  #fetch = 0;
  #fetching = false;
  #cancelSoon: Cancel | undefined;
  #soonAtMs = 0;
  // Of groups that are not in the pages held.
  #unreadBeyond = 0;
  // The first page has come; before that an empty list says nothing.
  loaded = false;
  // Of all my groups, as the server counted them.
  total = 0;

  constructor(
    private readonly env: Env,
    private readonly request: Requester,
    private readonly changed: () => void,
  ) {}

  // Those of the pages held.
  get groups(): readonly GroupSummary[] {
    return this.#groups;
  }
  // No further page is to be had.
  get complete(): boolean {
    return this.#next.length === 0;
  }
  // Nothing: not in the pages held.
  find(gid: number): GroupSummary | undefined {
    return this.#groups.find((group) => group.gid === gid);
  }

  // 0 to 99 exactly, or UNREAD_MANY. `of`: what is known better than in the list.
  unread(of: (group: GroupSummary) => number): number {
    const held = this.#groups.reduce((sum, group) => (group.muted ? sum : sum + of(group)), 0);
    return Math.min(UNREAD_MANY, held + this.#unreadBeyond);
  }

  // For the next page: the first groups of the list. Nothing before they have come.
  snapshot(): Uint8Array | undefined {
    if (!this.loaded) return undefined;
    return encodeGroups({ groups: this.#groups.slice(0, PAGE), next: NONE, total: this.total, unreadTotal: 0 });
  }

  // What another page has kept, until the server has answered.
  restore(bytes: Uint8Array): void {
    const kept = this.loaded ? undefined : decodeGroups(bytes);
    if (!kept) return;
    this.#groups = kept.groups;
    this.total = kept.total;
    this.loaded = true;
  }

  disconnected(): void {
    this.#fetch += 1;
    this.#fetching = false;
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
  }

  refresh(): void {
    this.#fetch += 1;
    this.#page(NONE, []);
  }

  // Somebody has scrolled to the end of what is held.
  more(): void {
    if (this.complete || this.#fetching) return;
    this.#wanted += PAGE;
    this.#page(this.#next, this.#groups);
  }

  // Something in the list is no longer true. However often that is noticed, it is asked once in a while.
  refreshSoon(inMs = SOON_MS): void {
    const atMs = this.env.now() + inMs;
    if (this.#cancelSoon && this.#soonAtMs <= atMs) return;
    this.#cancelSoon?.();
    this.#soonAtMs = atMs;
    this.#cancelSoon = this.env.after(inMs, () => {
      this.#cancelSoon = undefined;
      this.refresh();
    });
  }

  remove(gid: number): void {
    if (!this.find(gid)) return;
    this.#groups = this.#groups.filter((group) => group.gid !== gid);
    this.total = Math.max(0, this.total - 1);
  }

  // A batch of a watched group: its newest entry and its place in the list.
  grew({ gid, epoch, entries }: { gid: number; epoch: number; entries: Entry[] }): void {
    this.#moved(gid, epoch, entries.at(-1));
  }

  entryChanged({ gid, epoch, entry }: EventValue<"changed">): void {
    const group = this.find(gid);
    const newer = entry && group?.last && group.last.seq === entry.seq && group.last.revision < entry.revision;
    if (group && newer && group.epoch === epoch) group.last = entry;
  }

  groupChanged({ gid, settings, members }: EventValue<"groupChanged">): void {
    const group = this.find(gid);
    if (!group) return;
    group.members = members;
    if (settings?.name) group.name = settings.name;
  }

  badges(badges: EventValue<"pulse">["badges"]): void {
    for (const { gid, unread, head, last, name, changed } of badges) {
      const group = this.find(gid);
      // A group that is not among those held: it belongs to the front now, or I joined on another device.
      if (!group) {
        this.refreshSoon();
        continue;
      }
      if (name !== "") group.name = name;
      if (changed && !last) this.refreshSoon();
      if (head < group.head) continue;
      group.unread = unread;
      if (changed && last) {
        this.#shows(group, head, last);
      } else if (last) {
        this.#moved(gid, group.epoch, last);
      } else if (head > group.head) {
        // What was said there is not told: the old words must not stand for it.
        group.head = head;
        this.refreshSoon();
      }
    }
  }

  // A direct chat is called as the other is.
  people(users: EventValue<"pulse">["people"]): void {
    for (const { uid, name } of users) {
      for (const group of this.groups) if (group.other === uid) group.name = name;
    }
  }

  onMine({ gid, event }: UserLogEntry): void {
    const group = this.find(gid);
    switch (event.case) {
      case "joined":
        return this.refreshSoon(GATHER_MS);
      case "ousted":
        return this.remove(gid);
      case "mutedForMe":
        if (group) group.muted = event.value.muted;
        return;
      case "roleChanged":
        if (group) group.role = event.value.role;
        return;
      case "read":
        return this.#read(group, event.value.seq);
      case "hidden":
        // What stands for the group without them, and what is unread, is known to the server.
        if (group && event.value.seqs.some((seq) => seq === group.last?.seq || seq > group.read)) this.refreshSoon();
        return;
      default:
    }
  }

  // On another device. How many are left is counted by the server.
  #read(group: GroupSummary | undefined, seq: number): void {
    if (!group || seq <= group.read) return;
    group.read = seq;
    if (seq >= group.head) group.unread = 0;
    else this.refreshSoon();
  }

  // Something was edited, recalled or hidden by me: this stands for the group now, perhaps an older one.
  #shows(group: GroupSummary, head: number, last: Entry): void {
    if (last.seq === group.last?.seq && last.revision < group.last.revision) return;
    group.head = head;
    group.last = last;
    group.activityMs = Math.max(group.activityMs, last.timeMs);
    this.#sort();
  }

  #moved(gid: number, epoch: number, last: Entry | undefined): void {
    const group = this.find(gid);
    if (!last || !group) return;
    const newer = last.seq > group.head || epoch !== group.epoch;
    const changed = last.seq === group.last?.seq && last.revision > group.last.revision;
    if (changed || (last.seq === group.head && !group.last)) group.last = last;
    if (!newer) return;
    group.epoch = epoch;
    group.head = last.seq;
    group.last = last;
    group.activityMs = last.timeMs;
    this.#sort();
  }

  #page(cursor: Uint8Array, before: readonly GroupSummary[]): void {
    const fetch = this.#fetch;
    this.#fetching = true;
    this.request({ case: "list", value: { cursor, count: PAGE } }, (answer) => {
      if (fetch !== this.#fetch) return;
      this.#fetching = false;
      if (answer.case !== "groups") return;
      const { groups, next, total, unreadTotal } = answer.value;
      // A group that moved to the front between two pages comes twice, or not at all.
      const held = new Set(before.map(({ gid }) => gid));
      const all = [...before, ...groups.filter(({ gid }) => !held.has(gid))];
      if (next.length > 0 && all.length < this.#wanted) return this.#page(next, all);
      this.#groups = all;
      this.#next = next;
      this.total = total;
      this.#unreadBeyond = next.length === 0 ? 0 : Math.max(0, unreadTotal - this.#held());
      this.loaded = true;
      this.#sort();
      this.changed();
    });
  }

  #held(): number {
    return this.#groups.reduce((sum, { muted, unread }) => (muted ? sum : sum + unread), 0);
  }

  #sort(): void {
    this.#groups.sort((a, b) => b.activityMs - a.activityMs || b.gid - a.gid);
  }
}
