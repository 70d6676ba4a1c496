// What lies over the timeline: the way to the newest message and how much has come below, the way up to where
// reading was left, and a pause where so much is said that nobody could read it.

import { countOf } from "./count";
import { button, el, icon, setText } from "./dom";
import { locale } from "./language";
import { t } from "./texts";

// A pause is offered while so many messages a second come.
const BUSY_PER_S = 4;
const SAMPLE_MS = 1_000;
const numbers = new Intl.NumberFormat(locale);

export interface WaysActions {
  toNewest(): void;
  toUnread(): void;
  pause(): void;
}

export class Ways {
  readonly elements: readonly HTMLElement[];
  readonly #jump: HTMLButtonElement;
  readonly #jumpCount = el("span", { class: "badge" });
  readonly #unread: HTMLButtonElement;
  readonly #unreadCount = el("span", { class: "badge" });
  readonly #pause: HTMLButtonElement;
  #sample = { head: 0, atMs: 0 };
  #busy = false;

  constructor(actions: WaysActions) {
    this.#jump = button("", () => actions.toNewest(), { class: "jump", title: t.toNewest });
    this.#jump.append(this.#jumpCount, icon("down"));
    this.#unread = button("", () => actions.toUnread(), { class: "first-unread", "aria-label": t.toFirstUnread, title: t.toFirstUnread });
    this.#unread.append(this.#unreadCount, icon("up"));
    this.#pause = button("", () => actions.pause(), { class: "pause", "aria-label": t.pause, title: t.pause });
    this.#pause.append(icon("pause"));
    this.elements = [this.#unread, this.#jump, this.#pause];
  }

  // `more`: so many have come that were not seen. `ends`: the newest are drawn.
  newest(follows: boolean, ends: boolean, more: number, head: number): void {
    this.#jump.hidden = follows && ends;
    this.#jumpCount.hidden = more <= 0;
    const words = t.moreBelow(numbers.format(more));
    setText(this.#jumpCount, words);
    this.#jump.setAttribute("aria-label", more > 0 ? `${words}. ${t.toNewest}` : t.toNewest);
    this.#measure(head);
    this.#pause.hidden = !follows || !this.#busy;
  }

  unread(shown: boolean, count: number): void {
    this.#unread.hidden = !shown;
    setText(this.#unreadCount, countOf(count));
  }

  #measure(head: number): void {
    const now = performance.now();
    const tookMs = now - this.#sample.atMs;
    if (tookMs < SAMPLE_MS) return;
    this.#busy = this.#sample.head > 0 && ((head - this.#sample.head) * 1_000) / tookMs >= BUSY_PER_S;
    this.#sample = { head, atMs: now };
  }
}
