// Where one writes. Enter sends, Shift+Enter starts a line; on a phone Enter starts a line as well.

import { el, icon } from "./dom";
import { t } from "./texts";

const encoder = new TextEncoder();
const SHOWN_FROM = 0.9;

export class Composer {
  readonly element: HTMLFormElement;
  readonly #input = el("textarea", { rows: 1, "aria-label": t.write, placeholder: t.write, enterkeyhint: "send" });
  readonly #send = el("button", { type: "submit", class: "send", "aria-label": t.send, title: t.send });
  readonly #note = el("span", { class: "note", role: "status" });
  #bytesMax = 8 * 1024;

  constructor(send: (text: string) => void) {
    this.#send.append(icon("send"));
    this.element = el("form", { class: "composer" }, this.#note, this.#input, this.#send);
    this.#input.addEventListener("input", () => this.fit());
    this.#input.addEventListener("keydown", (event) => {
      // While a word is being composed, Enter chooses it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      if (matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      this.element.requestSubmit();
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.text.trim();
      if (text === "" || this.#over() > 0) return;
      this.text = "";
      send(text);
      this.#input.focus();
    });
    this.fit();
  }

  get text(): string {
    return this.#input.value;
  }
  set text(text: string) {
    this.#input.value = text;
    this.fit();
  }

  focus(): void {
    // On a phone this would raise the keyboard before anything was read.
    if (!matchMedia("(pointer: coarse)").matches) this.#input.focus();
  }

  limit(bytesMax: number): void {
    this.#bytesMax = bytesMax;
  }

  name(group: string): void {
    const words = group === "" ? t.write : t.writeTo(group);
    if (this.#input.placeholder === words) return;
    this.#input.placeholder = words;
    this.#input.setAttribute("aria-label", words);
  }

  #over(): number {
    return encoder.encode(this.text.trim()).length - this.#bytesMax;
  }

  // As high as its text. While it is not on the page it has no height to take.
  fit(): void {
    this.#input.style.height = "auto";
    const { scrollHeight, offsetHeight, clientHeight } = this.#input;
    if (scrollHeight > 0) this.#input.style.height = `${scrollHeight + offsetHeight - clientHeight}px`;
    const over = this.text.length * 4 > this.#bytesMax * SHOWN_FROM ? this.#over() : -1;
    this.#note.textContent = over > 0 ? t.tooLong(over) : "";
    this.#send.disabled = this.text.trim() === "" || over > 0;
  }
}
