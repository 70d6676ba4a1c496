// Tells somebody who looks at another page of what was said here, by the browser's own notices: after a moment in
// which they may have read it on another device, one for each group, and taken back once it is read.

import { decodeBody, EntryKind, type Client, type Entry, type GroupSummary } from "@stentor/sdk";
import { excerptOf } from "./body";
import type { Calls } from "./calls";
import type { Levels } from "./levels";
import { t } from "./texts";

// What was read on another device is known here a few seconds later.
const READ_ELSEWHERE_MS = 4_000;
const LETTERS = 160;

export interface NoticesPort {
  // How far somebody has read there.
  read(gid: number): number;
  open(gid: number, seq: number): void;
}

interface Told {
  seq: number;
  notice: Notification | undefined;
}

export class Notices {
  // Of each group what was thought about: its newest entry, and the newest that calls.
  readonly #thought = new Map<number, { last: number; called: number }>();
  readonly #waiting = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #told = new Map<number, Told>();

  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
    private readonly levels: Levels,
    private readonly port: NoticesPort,
  ) {}

  // With each drawing. What is there when the page is left behind is no news.
  look(hidden: boolean): void {
    for (const group of this.client.directory.groups) {
      const { gid, last } = group;
      const before = this.#thought.get(gid);
      const called = this.calls.of(gid).at(-1) ?? 0;
      this.#thought.set(gid, { last: Math.max(before?.last ?? 0, last?.seq ?? 0), called: Math.max(before?.called ?? 0, called) });
      if (last && hidden && before && this.#matters(group, last.seq > before.last ? last : undefined, called > before.called)) this.#soon(gid);
    }
    for (const [gid, { seq, notice }] of this.#told) {
      if (hidden && this.port.read(gid) < seq) continue;
      notice?.close();
      this.#told.delete(gid);
    }
    if (!hidden) this.#forget();
  }

  end(): void {
    this.#forget();
    for (const { notice } of this.#told.values()) notice?.close();
    this.#told.clear();
  }

  #forget(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  // `last`: if it is a new one. Between two drawings more may come than one, so a call need not be the newest entry.
  #matters(group: GroupSummary, last: Entry | undefined, called: boolean): boolean {
    const level = this.levels.of(group.gid, group, this.client.connection.serverNow());
    const said = last?.kind === EntryKind.POST && last.sender !== this.client.uid && !last.recalled;
    return level === "all" ? said : level === "calls" && called;
  }

  #soon(gid: number): void {
    if (this.#waiting.has(gid)) return;
    this.#waiting.set(gid, setTimeout(() => {
      this.#waiting.delete(gid);
      this.#tell(gid);
    }, READ_ELSEWHERE_MS));
  }

  // By then it may be another message: of those that matter the newest.
  #tell(gid: number): void {
    const group = this.client.directory.find(gid);
    const { last } = group ?? {};
    if (!group || !last) return;
    const read = this.port.read(gid);
    const called = this.calls.of(gid).at(-1) ?? 0;
    const all = this.levels.of(gid, group, this.client.connection.serverNow()) === "all";
    const seq = all ? last.seq : called;
    const entry = seq === last.seq ? last : this.client.watched(gid)?.log.at(seq);
    if (!entry || entry.recalled || seq <= read) return;
    this.#told.get(gid)?.notice?.close();
    this.#told.set(gid, { seq, notice: this.#notice(group, entry) });
  }

  #notice({ gid, name }: GroupSummary, { seq, sender, body }: Entry): Notification | undefined {
    const who = this.client.users.name(sender) ?? t.someone(sender);
    try {
      const notice = new Notification(name || `#${gid}`, { body: `${who}: ${excerptOf(decodeBody(body), LETTERS)}`, tag: `stentor.${this.client.uid}.${gid}`, icon: "/icon.svg" });
      notice.addEventListener("click", () => {
        window.focus();
        notice.close();
        this.port.open(gid, seq);
      });
      return notice;
    } catch {
      // A phone's browser gives notices to service workers only.
      return undefined;
    }
  }
}
