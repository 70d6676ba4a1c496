// Groups, found by a part of their name, and the one that is open.

import { button, el, setText } from "../../app/src/dom";
import type { AdminApi, Group } from "./api";
import { groupPage } from "./group_page";
import { said, type Notice } from "./notice";
import { lineForm, Table } from "./table";
import { numberText, t } from "./texts";

const EVERY_MS = 5_000;
const LOAD_COLUMN = 5;
// Of those that are shown, so many are asked for again to see how much is said in them.
const WATCHED_MAX = 100;

export class Groups {
  readonly element = el("section", { class: "groups" });
  readonly #table: Table<Group, number>;
  readonly #searched = el("p", { class: "soft", role: "status" });
  // How far each was when it was seen first.
  readonly #seen = new Map<number, { head: number; atMs: number }>();
  readonly #loads = new Map<number, number>();
  readonly #timer: number;
  #name = "";

  constructor(
    private readonly api: AdminApi,
    private readonly notice: Notice,
  ) {
    this.#table = new Table(
      [t.number, t.name, t.kind, t.members, t.entries, t.load, t.activity, ""],
      0,
      async (after) => {
        const { groups, next, searched } = await api.groups(after, this.#name);
        this.#note(groups);
        setText(this.#searched, this.#name === "" || !next ? "" : t.searched(searched));
        return { rows: groups, next };
      },
      (group) => [String(group.gid), el("bdi", {}, group.name), group.kind, group.members, group.head, this.#load(group), group.activity_ms > 0 ? new Date(group.activity_ms).toLocaleString() : "",
        button(t.open, () => this.#open(group), { "aria-label": `${t.open}: ${group.name}` })],
    );
    this.#timer = window.setInterval(() => void this.#again(), EVERY_MS);
    this.#list();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #list(): void {
    const announce = lineForm(t.announce, t.send, (text) => {
      if (text.trim() === "" || !confirm(t.announceAsk(text))) return false;
      void said(this.notice, this.api.post("broadcast", { text }));
      return true;
    });
    const find = lineForm(t.nameHas, t.find, (name) => {
      this.#name = name.trim();
      this.#show();
    }, "search");
    this.element.replaceChildren(el("div", { class: "line" }, find, announce), this.#searched, this.#table.element);
    this.#show();
  }

  #show(): void {
    void said(this.notice, this.#table.load()).then((good) => good && this.notice.say(""));
  }

  #open(group: Group): void {
    this.element.replaceChildren(button(t.back, () => this.#list()), groupPage(this.api, this.notice, group));
  }

  #note(groups: readonly Group[]): void {
    for (const { gid, head } of groups) {
      const seen = this.#seen.get(gid);
      const minutes = (performance.now() - (seen?.atMs ?? 0)) / 60_000;
      if (seen) this.#loads.set(gid, Math.max(0, head - seen.head) / minutes);
      // What was long ago says nothing of now.
      if (!seen || minutes > 1) this.#seen.set(gid, { head, atMs: performance.now() });
    }
  }

  #load({ gid }: Group): string {
    const load = this.#loads.get(gid);
    return load === undefined ? "…" : numberText(Math.round(load));
  }

  // Those that are shown, in runs of neighbours.
  async #again(): Promise<void> {
    if (document.hidden || !this.#table.element.isConnected) return;
    const shown = this.#table.rows.slice(0, WATCHED_MAX);
    for (const group of shown) {
      const now = await this.api.group(group.gid).catch(() => undefined);
      if (now) this.#note([now]);
    }
    this.#table.refresh(LOAD_COLUMN, (group) => this.#load(group));
  }
}
