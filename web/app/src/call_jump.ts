// Leads to the next message that is meant for this reader and that they have not seen.

import { button, el, setText } from "./dom";
import { t } from "./texts";

export class CallJump {
  readonly #element: HTMLButtonElement;
  readonly #count = el("span", { class: "badge" });
  #next = 0;

  constructor(goTo: (seq: number) => void) {
    this.#element = button("@", () => goTo(this.#next), { class: "to-call", hidden: true });
    this.#element.append(this.#count);
  }

  render(timeline: HTMLElement, calls: readonly number[]): void {
    if (this.#element.parentElement !== timeline) timeline.append(this.#element);
    this.#next = calls[0] ?? 0;
    this.#element.hidden = this.#next === 0;
    setText(this.#count, String(calls.length));
    const words = t.toCall(calls.length);
    this.#element.title = words;
    this.#element.setAttribute("aria-label", words);
  }
}
