// A window on the log. Only WINDOW entries have nodes, however far one scrolls, and only nodes that
// look different are made again. What one looks at stays where it is while things come and go above.

import type { Client, Group } from "@stentor/sdk";
import { button, el, icon, isLookedAt, setText } from "./dom";
import type { EntryActions } from "./entry_row";
import { pendingRow, type PendingActions } from "./pending_row";
import { damagedEndRows, edgeRow, entryRows, ruleRow, type Row } from "./rows";
import { t } from "./texts";

const FIRST_SHOWN = 80;
const WINDOW = 220;
const STEP = 60;
// This near to an end of what is shown, in pixels, more is shown.
const NEAR = 500;
const AT_END = 30;
const FOLLOWED = 500;
// Further back than this nobody wants everything in between.
const REACH_ENTRIES = 2_000;
const POINTED_MS = 2_000;

interface Anchor {
  node: HTMLElement;
  top: number;
}

export class Timeline {
  readonly element: HTMLElement;
  readonly #scroller = el("div", { class: "scroller", role: "log", "aria-label": t.messages, tabindex: 0 });
  readonly #rows = el("div", { class: "rows" });
  readonly #jump: HTMLButtonElement;
  readonly #jumpCount = el("span", { class: "badge" });
  readonly #nodes = new Map<string, { node: HTMLElement; looks: string }>();
  // The window, both included; nothing is shown while last < first.
  #first = 1;
  #last = 0;
  #sticks = true;
  #newAfter = 0;
  #stuckAt = { top: 0, height: 0 };
  #began = false;
  #filling = false;
  // The entry that somebody wants to see; 0: none.
  #target = 0;
  #pressed: Node | undefined;

  constructor(
    private readonly group: Group,
    private readonly client: Client,
    private readonly actions: PendingActions & EntryActions,
  ) {
    this.#jump = button("", () => this.#jumped(), { class: "jump", "aria-label": t.toNewest, title: t.toNewest });
    this.#jump.append(this.#jumpCount, icon("down"));
    this.#scroller.append(this.#rows);
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#rows.addEventListener("pointerdown", ({ target }) => this.#press(target as Node));
    this.element = el("div", { class: "timeline" }, this.#scroller, this.#jump);
  }

  // What has come while nobody looked is marked as new for whoever comes back.
  seenAgain(): void {
    if (this.group.reader.unread() > 0) this.#newAfter = this.group.reader.shown;
  }

  // The next drawing ends at the newest entry.
  toNewest(): void {
    this.#sticks = true;
    this.#stuckAt = { top: 0, height: 0 };
    this.#newAfter = 0;
  }

  forget(cmid: string): void {
    this.#nodes.get(`p${cmid}`)?.node.remove();
    this.#nodes.delete(`p${cmid}`);
  }

  // False: it lies too far back. Otherwise it is shown, at once or as soon as its page has come.
  goTo(seq: number): boolean {
    const { log, floor, history } = this.group;
    if (seq <= floor || seq > log.last || log.first - seq > REACH_ENTRIES) return false;
    if (history.damaged && seq < log.first) return false;
    this.#target = seq;
    this.render();
    return true;
  }

  render(): void {
    this.#begin();
    if (this.#target > 0 && this.#began && this.#reach(this.#target)) return;
    if (this.#left()) this.#sticks = false;
    this.#moveWindow();
    const anchor = this.#sticks ? undefined : this.#anchor();
    this.#draw();
    if (this.#sticks) this.#stick();
    else if (anchor) this.#scroller.scrollTop += anchor.node.offsetTop - anchor.top;
    this.#see();
    this.group.revalidation.shown(this.#first, this.#last);
    if (this.#began) this.group.view.shows(this.#first, this.#last, this.#sticks);
    const { log, reader } = this.group;
    const unread = reader.unread();
    this.#jump.hidden = this.#sticks && this.#last === log.last;
    this.#jumpCount.hidden = unread === 0;
    setText(this.#jumpCount, unread > 99 ? "99+" : String(unread));
    this.#scroller.setAttribute("aria-busy", String(this.group.history.loading));
    this.#fill();
  }

  // True: it is in view now.
  #reach(seq: number): boolean {
    const { log, history } = this.group;
    if (seq < log.first) {
      if (!history.older(seq - STEP) && history.damaged) this.#target = 0;
      return false;
    }
    this.#target = 0;
    this.#sticks = false;
    this.#first = Math.max(log.first, seq - STEP);
    this.#last = Math.min(log.last, this.#first + WINDOW - 1);
    this.render();
    const node = this.#nodes.get(`e${seq}`)?.node;
    if (!node) return true;
    node.scrollIntoView({ block: "center" });
    node.classList.add("pointed");
    setTimeout(() => node.classList.remove("pointed"), POINTED_MS);
    return true;
  }

  // At the very top no wheel makes a scroll event any more: what has come since has to be shown, and
  // what is still missing asked for, without one.
  #fill(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const stuckThere = !this.#sticks || scrollHeight <= clientHeight;
    if (this.#filling || !this.#began || !stuckThere || scrollTop >= NEAR) return;
    if (this.#first === this.group.log.first) {
      this.group.history.older();
      return;
    }
    this.#filling = true;
    this.#shift(-STEP);
    this.#filling = false;
  }

  #begin(): void {
    const { log, state, reader } = this.group;
    if (this.#began || state !== "open") return;
    this.#began = true;
    const unread = reader.unread();
    this.#newAfter = unread > 0 ? Math.max(reader.shown, log.first - 1) : 0;
    this.#first = Math.max(log.first, Math.min(log.last - FIRST_SHOWN + 1, this.#newAfter - 5));
    this.#last = Math.min(log.last, this.#first + WINDOW - 1);
    this.#draw();
    // With more new messages than fit, one begins at the first of them.
    const rule = this.#newAfter > 0 ? this.#nodes.get(`n${this.#newAfter + 1}`)?.node : undefined;
    this.#sticks = !rule || this.#scroller.scrollHeight - rule.offsetTop < this.#scroller.clientHeight;
    if (rule && !this.#sticks) this.#scroller.scrollTop = rule.offsetTop - 40;
  }

  #stick(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#stuckAt = { top: this.#scroller.scrollTop, height: this.#scroller.scrollHeight };
  }

  // The reader has moved up since, and the event that will say so is still on its way: in a busy group
  // the next drawing would pull him down again, each time.
  #left(): boolean {
    const { top, height } = this.#stuckAt;
    return this.#sticks && this.#scroller.scrollTop < top - 2 && this.#scroller.scrollHeight >= height;
  }

  // The log may have grown, been joined with an older page, or begun afresh.
  #moveWindow(): void {
    const { log } = this.group;
    const outside = this.#last < log.first || this.#first > log.last + 1;
    if (this.#sticks || outside) {
      this.#last = log.last;
      const most = this.#last - (outside ? FIRST_SHOWN : WINDOW) + 1;
      this.#first = Math.max(log.first, most, outside ? most : this.#first);
      return;
    }
    this.#first = Math.max(this.#first, log.first);
    this.#last = Math.min(log.last, Math.max(this.#last, this.#first + WINDOW - 1));
  }

  #draw(): void {
    const rows = this.#describe();
    const wanted = new Set(rows.map(({ key }) => key));
    for (const [key, { node }] of this.#nodes) {
      if (wanted.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
    let next = this.#rows.firstElementChild;
    for (const row of rows) {
      const node = this.#nodeOf(row);
      // The one that stood here has been made again.
      if (next && next.parentNode !== this.#rows) next = node;
      if (node === next) next = next.nextElementSibling;
      else this.#rows.insertBefore(node, next);
    }
  }

  #nodeOf(row: Row): HTMLElement {
    const held = this.#nodes.get(row.key);
    if (held && (held.looks === row.looks || held.node.contains(this.#pressed ?? null))) return held.node;
    const node = row.make();
    held?.node.replaceWith(node);
    this.#nodes.set(row.key, { node, looks: row.looks });
    return node;
  }

  // A click needs the node that was pressed until it is released: its row is made again after that.
  #press(node: Node): void {
    this.#pressed = node;
    const released = new AbortController();
    const release = () => {
      released.abort();
      this.#pressed = undefined;
      setTimeout(() => this.element.isConnected && this.render());
    };
    for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, release, released);
  }

  #describe(): Row[] {
    const { group, client } = this;
    const { log, outbox } = group;
    const names = { uid: client.uid, nameOf: (uid: number) => client.users.name(uid) ?? t.someone(uid) };
    const rows: Row[] = [];
    if (!this.#began || this.#first === log.first) rows.push(edgeRow(group, this.#began));
    rows.push(...entryRows(group, this.#first, this.#last, this.#newAfter, names, this.actions));
    if (this.#last < log.last) return rows;
    if (this.#began) rows.push(...damagedEndRows(group));
    if (this.#began && log.last === 0 && outbox.items.length === 0) rows.push(ruleRow("empty", "empty-rule", t.emptyGroup));
    const online = group.state === "open" && !client.connection.silent;
    for (const item of outbox.items) rows.push(pendingRow(item, online, this.actions));
    return rows;
  }

  // The first row that is in view, so that the next drawing can keep it there.
  #anchor(): Anchor | undefined {
    const { scrollTop } = this.#scroller;
    for (const child of this.#rows.children) {
      const node = child as HTMLElement;
      if (node.offsetTop + node.offsetHeight > scrollTop && node.dataset["seq"]) return { node, top: node.offsetTop };
    }
    return undefined;
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const { log, history } = this.group;
    const below = scrollHeight - scrollTop - clientHeight;
    // Who was far above the newest ones reads on; they follow once they are near. Who follows goes on until
    // they move up themselves: that more has come, and is not drawn yet, is no word of theirs.
    const atEnd = below < AT_END && this.#last === log.last && this.group.head - log.last < FOLLOWED;
    const sticks = atEnd || (this.#sticks && !this.#left());
    const moved = sticks !== this.#sticks;
    this.#sticks = sticks;
    if (atEnd) this.#stuckAt = { top: scrollTop, height: scrollHeight };
    if (scrollTop < NEAR && this.#first > log.first) return this.#shift(-STEP);
    if (scrollTop < NEAR && !sticks) history.older();
    if (below < NEAR && this.#last < log.last && !sticks) return this.#shift(STEP);
    if (moved) this.render();
    else this.#see();
    return undefined;
  }

  #shift(by: number): void {
    const { log } = this.group;
    if (by < 0) {
      this.#first = Math.max(log.first, this.#first + by);
      this.#last = Math.min(this.#last, this.#first + WINDOW - 1);
    } else {
      this.#last = Math.min(log.last, this.#last + by);
      this.#first = Math.max(this.#first, this.#last - WINDOW + 1);
    }
    if (this.#last < log.last) this.#sticks = false;
    this.render();
  }

  #jumped(): void {
    const { log } = this.group;
    this.toNewest();
    this.#last = log.last;
    this.#first = Math.max(log.first, this.#last - FIRST_SHOWN + 1);
    this.render();
  }

  // The newest entry that lies wholly above the lower edge has been seen, if somebody looks at the page.
  #see(): void {
    if (!isLookedAt() || this.#last < this.#first) return;
    const { log, reader } = this.group;
    if (this.#sticks) return reader.show(log.last);
    const edge = this.#scroller.scrollTop + this.#scroller.clientHeight;
    for (let node = this.#rows.lastElementChild as HTMLElement | null; node; node = node.previousElementSibling as HTMLElement | null) {
      const seq = Number(node.dataset["seq"] ?? 0);
      if (seq > 0 && node.offsetTop + node.offsetHeight <= edge) return reader.show(seq);
    }
    return undefined;
  }
}
