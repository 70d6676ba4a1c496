// My groups, newest activity first, with what is unread; below it, who I am.

import { decodeBody, GroupKind, type Client, type GroupSummary } from "@stentor/sdk";
import { excerptOf } from "./body";
import type { Calls } from "./calls";
import { countOf } from "./count";
import { afterPress, button, composes, el, iconButton, isLookedAt, setText } from "./dom";
import { GroupRow, lookOfGroup, type GroupLook, type Preview } from "./group_row";
import { late } from "./late";
import { arrange, steadied } from "./order";
import { listTime, t } from "./texts";
import type { Status } from "./status";

const dialogs = () => import("./dialogs");

const PREVIEW_LETTERS = 120;
// This near to the end of the list, in pixels, more of it is fetched.
const NEAR = 300;
// So long after the pointer has moved over the list the groups keep their order.
const AIMED_MS = 1_000;
// Between two drawings of the list.
const EVERY_MS = 250;

export function unreadOf(client: Client, summary: GroupSummary): number {
  const group = client.watched(summary.gid);
  return group?.state === "open" ? group.reader.unread() : summary.unread;
}

export class Sidebar {
  readonly element: HTMLElement;
  readonly #find = el("input", { type: "search", maxlength: 64, "aria-label": t.groupsFind, placeholder: t.groupsFind, autocomplete: "off" });
  readonly #list = el("ul", { class: "groups" });
  readonly #none = el("p", { class: "hint none", role: "status", hidden: true }, t.groupsNone);
  readonly #empty = el("div", { class: "empty" });
  readonly #me: HTMLButtonElement;
  // In the order in which they stand.
  #rows = new Map<number, GroupRow>();
  #pressed = false;
  #pointed = { x: -1, y: -1, atMs: -AIMED_MS };
  #aimed: ReturnType<typeof setTimeout> | undefined;
  #current: number | undefined;
  #drawnMs = -EVERY_MS;
  #waiting = false;

  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
    status: Status,
    { account, signOut }: { account(): void; signOut(): void },
  ) {
    const newGroup = () => late(dialogs, ({ askNewGroup }) => askNewGroup(client));
    const joinGroup = () => late(dialogs, ({ askJoin }) => askJoin(client));
    this.#me = button("", account, { class: "link me", title: t.account });
    this.#empty.append(
      el("h2", {}, t.noGroups),
      el("p", {}, t.noGroupsText),
      button(t.newGroup, newGroup, { class: "primary" }),
    );
    this.#list.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#list;
      if (scrollHeight - scrollTop - clientHeight < NEAR) client.directory.more();
    }, { passive: true });
    this.#find.addEventListener("input", () => {
      this.#drawnMs = -EVERY_MS;
      client.changed();
    });
    this.#find.addEventListener("keydown", (event) => this.#findKey(event));
    this.#list.addEventListener("keydown", (event) => this.#listKey(event));
    this.#list.addEventListener("pointerdown", () => this.#press());
    this.#list.addEventListener("pointermove", (event) => this.#point(event), { passive: true });
    this.element = el("nav", { class: "sidebar", "aria-label": t.groups },
      el("header", { class: "bar" },
        el("h1", {}, t.groups),
        iconButton("link", t.joinGroup, joinGroup),
        iconButton("plus", t.newGroup, newGroup),
      ),
      this.#find, this.#none, this.#list, this.#empty, status.element,
      el("footer", {}, this.#me, button(t.signOut, signOut, { class: "link" })),
    );
  }

  render(current: number | undefined): void {
    const { directory, name } = this.client;
    setText(this.#me, name);
    // Everybody reads the announcements of whoever runs this server.
    const own = directory.groups.some(({ kind }) => kind !== GroupKind.BROADCAST);
    this.#empty.hidden = !directory.loaded || own;
    this.#list.hidden = directory.groups.length === 0;
    this.#find.hidden = directory.loaded && !own;
    // A click needs the row that was pressed, in its place, until it is released.
    if (this.#pressed) return;
    if (current === this.#current && this.#waits()) return;
    this.#current = current;
    this.#drawnMs = performance.now();
    const called = this.#called();
    const groups = this.#steady() ? steadied(called, ({ gid }) => gid, [...this.#rows.keys()]) : called;
    const before = this.#rows;
    this.#rows = new Map();
    for (const group of groups) {
      const { gid } = group;
      const row = before.get(gid) ?? new GroupRow(gid);
      row.show(this.#lookOf(group, gid === current));
      this.#rows.set(gid, row);
    }
    arrange(this.#list, Array.from(this.#rows.values(), ({ element }) => element));
  }

  // Those whose name has the letters looked for. More of a long list come page by page until all were looked at.
  #called(): readonly GroupSummary[] {
    const { directory } = this.client;
    const wanted = folded(this.#find.value.trim());
    this.#none.hidden = true;
    if (wanted === "") return directory.groups;
    if (!directory.complete) directory.more();
    const called = directory.groups.filter(({ gid, name }) => folded(name || `#${gid}`).includes(wanted));
    this.#none.hidden = called.length > 0 || !directory.complete;
    return called;
  }

  // Enter opens the first, arrows lead into the list and back.
  #findKey(event: KeyboardEvent): void {
    if (composes(event)) return;
    // Somebody who types fast is ahead of the drawing.
    this.#redraw();
    const [first] = this.#links;
    if (event.key === "ArrowDown") first?.focus();
    else if (event.key === "Enter" && this.#find.value.trim() !== "") first?.click();
    else if (event.key === "Escape" && this.#find.value !== "") this.#find.value = "";
    else return;
    event.preventDefault();
    this.#redraw();
  }

  #redraw(): void {
    this.#drawnMs = -EVERY_MS;
    this.render(this.#current);
  }

  #listKey(event: KeyboardEvent): void {
    const way = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const links = this.#links;
    const to = links.indexOf(document.activeElement as HTMLAnchorElement) + way;
    (to < 0 ? this.#find : links[to])?.focus();
  }

  get #links(): HTMLAnchorElement[] {
    return [...this.#list.querySelectorAll("a")];
  }

  // It was drawn just now: nobody reads a list that changes more often.
  #waits(): boolean {
    const restMs = this.#drawnMs + EVERY_MS - performance.now();
    if (restMs <= 0) return false;
    if (!this.#waiting) {
      setTimeout(() => {
        this.#waiting = false;
        this.client.changed();
      }, restMs);
    }
    this.#waiting = true;
    return true;
  }

  #lookOf(group: GroupSummary, current: boolean): GroupLook {
    const unread = current && isLookedAt() ? 0 : unreadOf(this.client, group);
    return lookOfGroup(group, {
      current,
      called: this.calls.of(group.gid).length > 0,
      unread: unread > 0 ? countOf(unread) : "",
      time: listTime(group.activityMs),
      preview: previewOf(this.client, group),
      other: otherIn(this.client, group),
    });
  }

  #press(): void {
    this.#pressed = true;
    afterPress(() => {
      this.#pressed = false;
      this.client.changed();
    });
  }

  // Somebody points at the list: until they press, or go away, no group takes the place of the one they aim at.
  #point({ clientX, clientY }: PointerEvent): void {
    // A browser says again where the pointer is when something moves below it.
    if (clientX === this.#pointed.x && clientY === this.#pointed.y) return;
    this.#pointed = { x: clientX, y: clientY, atMs: performance.now() };
    clearTimeout(this.#aimed);
    this.#aimed = setTimeout(() => this.client.changed(), AIMED_MS);
  }

  #steady(): boolean {
    return performance.now() - this.#pointed.atMs < AIMED_MS;
  }
}

function folded(text: string): string {
  return text.normalize("NFKC").toLocaleLowerCase();
}

// The other person of a direct chat; 0: it is a group. A list from the disk was perhaps written before it told.
function otherIn(client: Client, { gid, kind, last, other }: GroupSummary): number {
  if (other > 0) return other;
  if (kind !== GroupKind.DIRECT) return 0;
  const { between = [] } = client.watched(gid)?.opened?.settings ?? {};
  return between.find((uid) => uid !== client.uid) ?? (last && last.sender !== client.uid ? last.sender : 0);
}

function previewOf(client: Client, { gid, last, kind }: GroupSummary): Preview {
  if (!last || client.watched(gid)?.marks.hidden.has(last.seq)) return { sender: "", text: "" };
  const text = last.recalled ? t.recalled : excerptOf(decodeBody(last.body), PREVIEW_LETTERS);
  if (last.sender === 0) return { sender: "", text };
  const mine = last.sender === client.uid;
  if (kind === GroupKind.DIRECT && !mine) return { sender: "", text };
  return { sender: mine ? t.you : (client.users.name(last.sender) ?? ""), text };
}
