// Where the reader stands in a list of rows: at its end, and then they follow it; or at rows that keep their
// place on the screen, whatever comes, goes or changes its height above them.
//
// A row's place is remembered and the row is put there again, not moved by what has come: scroll places snap to
// whole pixels, and many small corrections would add up.

import type { RowNodes } from "./row_nodes";

// This near to the end, in pixels, a reader who comes down follows.
const AT_END = 30;
// Scroll places are exact to less than this.
const EXACT = 2;
const HELD_MAX = 60;

// Where an entry stands, below the upper edge of what is seen.
export interface Seen {
  seq: number;
  top: number;
}

interface Held {
  key: string;
  // Below the upper edge of what is seen.
  top: number;
  height: number;
}

export class Place {
  follows = true;
  // Rows in view, from top to bottom.
  #held: Held[] = [];
  // As it was left here; another one is the reader's.
  #top = 0;
  // Wanted, until they scroll: also at the end.
  #stands = false;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly nodes: RowNodes,
  ) {}

  // Takes the reader to the end with the next drawing.
  toEnd(): void {
    this.follows = true;
    this.#stands = false;
    this.#top = 0;
  }

  // Takes a row to this place with the next drawing.
  hold(key: string, top: number): void {
    this.follows = this.#stands = false;
    this.#held = [{ key, top, height: this.nodes.node(key)?.offsetHeight ?? 0 }];
    this.#top = this.scroller.scrollTop;
  }

  // The reader follows no more, and is not taken along by what comes next.
  stand(): void {
    this.follows = false;
    this.#stands = true;
    this.#capture();
  }

  // Before a drawing: the reader may have scrolled, and the event that will say so is still on its way.
  look(): void {
    if (this.follows) {
      if (!this.#left()) return;
      this.follows = false;
      this.#capture();
    } else if (this.#moved()) {
      this.#capture();
    }
  }

  // After a drawing, or when anything has another height.
  keep(): void {
    if (this.follows) return this.#stick();
    const anchor = this.#anchor();
    if (!anchor) return this.#capture();
    const off = this.#topOf(anchor.node) - anchor.top;
    // Any writing, even of the same place, would end a scrolling that is under way.
    if (Math.abs(off) >= 0.5 / devicePixelRatio) this.scroller.scrollTop += off;
    const left = this.#topOf(anchor.node) - anchor.top;
    this.#capture(Math.abs(left) <= 1 ? left : 0);
  }

  resized(): void {
    if (this.follows && this.#left()) return;
    this.keep();
  }

  // `newest`: the last row is the newest that there is. True: the reader follows now, or does not any more.
  scrolled(newest: boolean): boolean {
    const { scrollTop } = this.scroller;
    const below = this.below;
    const before = this.follows;
    if (this.#stands && Math.abs(scrollTop - this.#top) < EXACT) return false;
    this.#stands = false;
    if (this.follows) {
      if (this.#left()) this.follows = false;
    } else if (newest && below < AT_END && (scrollTop > this.#top || below < EXACT)) {
      this.follows = true;
    }
    if (this.follows) this.#top = scrollTop;
    else if (before || this.#moved()) this.#capture();
    return this.follows !== before;
  }

  // Where nothing can be scrolled no event says that the end is in view.
  settle(newest: boolean): void {
    if (newest && this.below < AT_END && !this.#stands) this.follows = true;
    else this.#capture();
  }

  // The first entry that is looked at.
  get at(): Seen | undefined {
    const entries = this.#held.filter(({ key }) => key.startsWith("e"));
    const seen = entries.find(({ top }) => top >= 0) ?? entries[0];
    return seen && { seq: Number(seen.key.slice(1)), top: seen.top };
  }

  get below(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - clientHeight - scrollTop;
  }

  #stick(): void {
    if (this.below >= 0.5) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#top = this.scroller.scrollTop;
  }

  // The reader has moved, up or down: what a browser moves up because the whole has become shorter is at its end.
  #moved(): boolean {
    const { scrollTop } = this.scroller;
    return scrollTop > this.#top || (scrollTop < this.#top && this.below > EXACT);
  }

  // The reader has moved up. That more has come below is no word of theirs, nor that a browser moves up what
  // has become shorter: then the end is in view still.
  #left(): boolean {
    return this.scroller.scrollTop < this.#top - EXACT && this.below > EXACT;
  }

  // `off`: so far the rows stand from where they should.
  #capture(off = 0): void {
    const { clientHeight } = this.scroller;
    const held: Held[] = [];
    for (const node of this.nodes.element.children) {
      const key = this.nodes.keyOf(node);
      if (!isLasting(key)) continue;
      const top = this.#topOf(node);
      if (top >= clientHeight || held.length >= HELD_MAX) break;
      const { height } = node.getBoundingClientRect();
      if (top + height > 0) held.push({ key, top: top - off, height });
    }
    this.#held = held;
    this.#top = this.scroller.scrollTop;
  }

  // The first that looks as before: where one gets taller those above it stay, and where that is the first of
  // all, those below it. Where none looks as before, the first that begins in view. A view that has become
  // smaller does not stand by what is below it now.
  #anchor(): { node: HTMLElement; top: number } | undefined {
    const { clientHeight } = this.scroller;
    let cut: { node: HTMLElement; top: number } | undefined;
    let whole: { node: HTMLElement; top: number } | undefined;
    for (const { key, top, height } of this.#held) {
      const node = this.nodes.node(key);
      if (top >= clientHeight) break;
      if (!node) continue;
      if (top > -1) whole ??= { node, top };
      else cut ??= { node, top };
      if (Math.abs(node.getBoundingClientRect().height - height) < 0.5) return { node, top };
    }
    return whole ?? cut;
  }

  #topOf(node: Element): number {
    return node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
  }
}

// What stands at the ends of what is loaded, and days, go when more is loaded.
function isLasting(key: string): boolean {
  return /^[eno]\d+$|^p/.test(key);
}
