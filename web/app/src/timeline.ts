// A window on the log. Only a span of it has nodes, however far one scrolls, and only nodes that look
// different are made again. What one looks at stays where it is while things come and go around it.

import type { Client, Group } from "@stentor/sdk";
import { isCompact } from "./density";
import { el, isLookedAt } from "./dom";
import type { EntryActions } from "./entry_row";
import { pointedAt } from "./person_press";
import type { PendingActions } from "./pending_row";
import { Place, type Seen } from "./place";
import { RowNodes } from "./row_nodes";
import { timelineRows, type Row } from "./rows";
import { Span, STEP } from "./span";
import { t } from "./texts";
import { UnreadLine } from "./unread_line";
import { WayBack } from "./way_back";
import { Ways } from "./ways";

// This near to an end of what is shown, in pixels, more is shown.
const NEAR = 500;
const FOLLOWED = 500;
// Nearer to what is held than this everything in between is fetched too.
const REACH_ENTRIES = 300;
// Above the line, so that one sees what it is about.
const LINE_TOP = 40;

export interface TimelineActions extends PendingActions, EntryActions {
  person(uid: number): void;
  // It cannot be shown among the others.
  around(seq: number): void;
}

export class Timeline {
  readonly element: HTMLElement;
  readonly #nodes = new RowNodes(() => this.element.isConnected && this.render());
  readonly #scroller = el("div", { class: "scroller", role: "log", "aria-live": "off", "aria-label": t.messages, tabindex: 0 }, this.#nodes.element);
  readonly #place = new Place(this.#scroller, this.#nodes);
  readonly #span = new Span();
  readonly #line = new UnreadLine();
  readonly #wayBack: WayBack;
  readonly #ways = new Ways({ toNewest: () => this.#jumped(), toUnread: () => this.#toUnread(), pause: () => this.#pause() });
  readonly #unfolded = new Set<number>();
  readonly #revealed = new Set<number>();
  readonly #actions: TimelineActions;
  #began = false;
  #open = false;
  #filling = false;
  // The entry that somebody wants to see; 0: none.
  #target = 0;
  // Its part of the log is asked for.
  #leaping = false;
  #leapFailed = false;

  constructor(
    private readonly group: Group,
    private readonly client: Client,
    actions: Omit<TimelineActions, "fold">,
  ) {
    this.#wayBack = new WayBack(group, (seq) => !this.#leapFailed && this.#leap(seq));
    this.#actions = { ...actions, fold: (seq) => this.#fold(seq) };
    this.#scroller.addEventListener("focusin", () => void import("./row_keys").then(({ rowKeys }) => rowKeys(this.#scroller), () => {}), { once: true });
    pointedAt(this.#scroller, (uid) => actions.person(uid), (seq, anchor) => {
      const entry = group.log.at(seq);
      if (entry) actions.menu(entry, anchor);
    });
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const resized = new ResizeObserver(() => {
      if (this.#began && this.#scroller.clientHeight > 0) this.#place.resized();
    });
    resized.observe(this.#scroller);
    resized.observe(this.#nodes.element);
    this.element = el("div", { class: "timeline" }, this.#scroller, ...this.#ways.elements);
  }

  // What has come while nobody looked is marked as new for whoever comes back. Who reads further up finds it
  // where they go on.
  seenAgain(): void {
    if (this.#place.follows) this.#line.draw(this.group.reader, this.group.floor);
  }

  // The next drawing ends at the newest entry.
  toNewest(): void {
    this.#place.toEnd();
    this.#line.remove();
    this.#target = 0;
    this.#wayBack.forget();
  }

  forget(cmid: string): void {
    this.#nodes.forget(`p${cmid}`);
  }

  // False: it is not to be had. Otherwise it is shown, at once or as soon as its part of the log has come.
  goTo(seq: number): boolean {
    const { log, floor, head, history } = this.group;
    if (seq <= floor || seq > head || (history.damaged && seq < log.first)) return false;
    const near = seq >= log.first - REACH_ENTRIES && seq <= log.last;
    if (!near && !this.#leap(seq)) return false;
    this.#target = seq;
    this.#wayBack.forget();
    this.render();
    return true;
  }

  // It has begun, and is on the way to nowhere.
  get settled(): boolean {
    return this.#began && !this.#leaping;
  }

  render(): void {
    this.#opened();
    if (this.#target > 0 && this.#began && this.#reach(this.#target)) return;
    const { log, reader, head, floor } = this.group;
    this.#place.look();
    const back = this.#began && this.#wayBack.before(this.#place.follows ? undefined : this.#place.at);
    if (back === "wait") return;
    if (back) this.#return(back);
    this.element.classList.toggle("compact", isCompact());
    this.#span.fit(log, this.#place.follows);
    // What has come above is drawn at once: without it the first row would stand too high for a moment.
    if (this.#began && !this.#place.follows && this.#scroller.scrollTop < NEAR) this.#span.shift(log, -STEP);
    this.#nodes.draw(this.#describe());
    this.#place.keep();
    // Where nothing can be scrolled no event says that the newest are in view.
    if (this.#began && !this.#place.follows && this.#scroller.scrollHeight <= this.#scroller.clientHeight) this.#place.settle(this.#newest);
    this.#see();
    const { first, last } = this.#span;
    this.group.revalidation.shown(first, last);
    if (this.#began) this.group.view.shows(first, last, this.#place.follows);
    this.#ways.newest(this.#place.follows, last === log.last, head - Math.max(reader.shown, floor), head);
    this.#scroller.setAttribute("aria-busy", String(this.group.history.loading));
    this.#meet();
    this.#fill();
  }

  #leap(seq: number): boolean {
    if (this.#leaping) return true;
    this.#leaping = this.group.leap.to(seq, (leapt) => {
      this.#leaping = false;
      this.#leapFailed = leapt === "failed";
      if (leapt === "there") return;
      if (this.#target > 0 && leapt === "failed") this.#actions.around(this.#target);
      this.#target = 0;
    });
    return this.#leaping;
  }

  #return({ seq, top }: Seen): void {
    this.#span.around(this.group.log, seq);
    this.#nodes.draw(this.#describe());
    this.#place.hold(`e${seq}`, top);
  }

  // True: it is in view now.
  #reach(seq: number): boolean {
    const { log, history } = this.group;
    if (this.#leaping) return false;
    if (seq < log.first) {
      if (!history.older(seq - STEP) && history.damaged) this.#target = 0;
      return false;
    }
    this.#target = 0;
    this.#span.around(log, seq);
    this.#nodes.draw(this.#describe());
    const line = this.#line.after === seq - 1 ? this.#nodes.node(this.#line.key) : undefined;
    const node = this.#nodes.node(`e${seq}`);
    if (line) this.#place.hold(this.#line.key, LINE_TOP);
    else if (node) this.#place.hold(`e${seq}`, Math.max(0, (this.#scroller.clientHeight - node.offsetHeight) / 2));
    this.#nodes.point(`e${seq}`);
    this.#place.keep();
    this.#place.settle(this.#newest);
    this.render();
    return true;
  }

  // All that there is stands below, or will in a moment.
  get #newest(): boolean {
    const { log, head } = this.group;
    return this.#span.last === log.last && head - log.last < FOLLOWED;
  }

  // Where nothing can be scrolled any further no event comes: what has come since has to be shown, and what is
  // still missing asked for, without one.
  #fill(): void {
    const { log, history } = this.group;
    if (this.#filling || !this.#began) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const fits = scrollHeight <= clientHeight;
    this.#filling = true;
    if (scrollTop < NEAR && (fits || !this.#place.follows)) {
      if (this.#span.first === log.first) history.older();
      else if (this.#span.shift(log, -STEP)) this.render();
    }
    if (!this.#place.follows && this.#place.below < NEAR && this.#span.shift(log, STEP)) this.render();
    this.#filling = false;
  }

  // The group is open, for the first time or again.
  #opened(): void {
    const open = this.group.state === "open";
    if (open && !this.#open && this.#began) this.seenAgain();
    this.#open = open;
    if (open && !this.#began) this.#begin();
  }

  // With more new messages than fit, one begins at the first of them, however far back it is.
  #begin(): void {
    const { log, reader, floor, head } = this.group;
    this.#line.draw(reader, floor);
    const { after, key } = this.#line;
    if (after > 0 && after + 1 < log.first && !this.#leapFailed && this.#leap(after + 1)) return;
    this.#began = true;
    this.#span.begin(log, after);
    this.#nodes.draw(this.#describe());
    const line = after > 0 ? this.#nodes.node(key) : undefined;
    if (!line) return;
    const { scrollHeight, clientHeight } = this.#scroller;
    const fits = this.#span.last === log.last && log.last === head && scrollHeight - line.offsetTop < clientHeight;
    if (!fits) this.#place.hold(key, LINE_TOP);
  }

  #describe(): Row[] {
    const { group, client } = this;
    const { first, last } = this.#span;
    const names = {
      uid: client.uid, nameOf: (uid: number) => client.users.name(uid) ?? t.someone(uid),
      unfolded: this.#unfolded, revealed: this.#revealed, compact: isCompact(),
    };
    const silent = group.state !== "open" || client.connection.silent;
    const { follows } = this.#place;
    return timelineRows(group, { first, last, began: this.#began, follows, silent, newAfter: this.#line.after }, names, this.#actions);
  }

  #scrolled(): void {
    const { log, history } = this.group;
    const { follows } = this.#place;
    const turned = this.#place.scrolled(this.#newest);
    const above = this.#scroller.scrollTop;
    this.#meet();
    if (above < NEAR && this.#span.first > log.first && !follows && this.#span.shift(log, -STEP)) return this.render();
    if (above < NEAR && !this.#place.follows) history.older();
    if (!this.#place.follows && this.#place.below < NEAR && this.#span.shift(log, STEP)) return this.render();
    if (turned) this.render();
    else this.#see();
    return undefined;
  }

  // Its beginning stays where it is; one that began above what is seen comes into view with it.
  #fold(seq: number): void {
    const key = `e${seq}`;
    const top = (this.#nodes.node(key)?.offsetTop ?? 0) - this.#scroller.scrollTop;
    if (!this.#unfolded.delete(seq)) this.#unfolded.add(seq);
    this.#place.hold(key, Math.max(0, top));
    this.render();
    this.#place.settle(this.#newest);
  }

  #jumped(): void {
    this.toNewest();
    this.#span.begin(this.group.log, 0);
    this.render();
  }

  // What is said from now on stands below, and is counted.
  #pause(): void {
    this.#place.stand();
    this.render();
  }

  #toUnread(): void {
    const seq = this.#line.after + 1;
    if (!this.goTo(seq)) this.#actions.around(seq);
  }

  // The way to the line is shown as long as it lies above what was seen since it was drawn.
  #meet(): void {
    const { after, count, key } = this.#line;
    const node = after > 0 ? this.#nodes.node(key) : undefined;
    const above = after + 1 < this.#span.first || (node !== undefined && node.offsetTop + node.offsetHeight <= this.#scroller.scrollTop);
    if (!above) this.#line.met = true;
    this.#ways.unread(this.#began && after > 0 && !this.#line.met, count);
  }

  // The newest entry that lies wholly above the lower edge was seen, if it is known where reading goes on.
  #see(): void {
    if (!this.#began || !isLookedAt() || this.#span.last < this.#span.first) return;
    const { log, reader } = this.group;
    if (this.#place.follows) return reader.show(log.last);
    const edge = this.#scroller.scrollTop + this.#scroller.clientHeight;
    for (let node = this.#nodes.element.lastElementChild as HTMLElement | null; node; node = node.previousElementSibling as HTMLElement | null) {
      const seq = Number(node.dataset["seq"] ?? 0);
      if (seq > 0 && node.offsetTop + node.offsetHeight <= edge) return reader.show(seq);
    }
    return undefined;
  }
}
