// A list that the server gives page by page: members, readers, what a search has found.

import type { Command } from "./codec";
import { failureOf, type Failure } from "./outcome";
import type { Answer, Requester } from "./request";

export interface PageOf<Item> {
  items: readonly Item[];
  next: Uint8Array;
  total: number;
}

// One kind of list: how a page is asked for, and where it stands in the answer.
export interface Query<Item> {
  page(cursor: Uint8Array): Command;
  of(answer: Answer): PageOf<Item> | undefined;
}

const FIRST = new Uint8Array();

export class Paged<Item> {
  // All pages that have come.
  items: readonly Item[] = [];
  // Of the whole list, where the server tells; else 0.
  total = 0;
  // A page is on its way.
  loading = false;
  // Of the last page; more() asks for it again.
  failure: Failure | undefined;
  #next: Uint8Array | undefined = FIRST;
  #fetch = 0;
  // The page that comes is the first: what was held before it goes.
  #afresh = true;

  constructor(
    private readonly request: Requester,
    private readonly query: Query<Item>,
    private readonly changed: () => void,
  ) {}

  // There is no further page.
  get complete(): boolean {
    return this.#next === undefined;
  }

  // The next page, unless one is on its way or there is none.
  more(): void {
    if (this.loading || this.#next === undefined) return;
    const fetch = ++this.#fetch;
    this.loading = true;
    this.request(this.query.page(this.#next), (answer) => {
      if (fetch !== this.#fetch) return;
      this.loading = false;
      const page = this.query.of(answer);
      this.failure = page ? undefined : failureOf(answer);
      if (page) this.#take(page);
      this.changed();
    });
  }

  // From the beginning, because something in it has changed. What is held is shown until the answer is here.
  again(): void {
    this.#fetch += 1;
    this.loading = false;
    this.#next = FIRST;
    this.#afresh = true;
    this.more();
  }

  #take({ items, next, total }: PageOf<Item>): void {
    this.items = this.#afresh ? items : [...this.items, ...items];
    this.#afresh = false;
    this.total = total;
    this.#next = next.length > 0 ? next : undefined;
  }
}
