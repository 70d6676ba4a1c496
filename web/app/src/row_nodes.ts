// The nodes of the rows in the timeline. One is made again when its row looks different, and only then.

import { afterPress, el } from "./dom";
import { arrange } from "./order";
import { controlsOf, offTabs, takeFocus } from "./row_focus";
import type { Row } from "./rows";

const POINTED_MS = 2_000;

export class RowNodes {
  readonly element = el("div", { class: "rows" });
  readonly #held = new Map<string, { node: HTMLElement; looks: string }>();
  readonly #keys = new WeakMap<Node, string>();
  #pressed: Node | undefined;
  #pointed = "";
  #pointedTimer: ReturnType<typeof setTimeout> | undefined;

  // `released`: what had to wait for the end of a click can be drawn.
  constructor(private readonly released: () => void) {
    this.element.addEventListener("pointerdown", ({ target }) => this.#press(target as Node));
  }

  draw(rows: readonly Row[]): void {
    const wanted = new Set(rows.map(({ key }) => key));
    for (const key of this.#held.keys()) if (!wanted.has(key)) this.#held.delete(key);
    const focused = this.element.contains(document.activeElement);
    arrange(this.element, rows.map((row) => this.#nodeOf(row)));
    // Whoever had the keyboard in a row that is gone has it in the list still.
    if (focused && !this.element.contains(document.activeElement)) this.element.parentElement?.focus({ preventScroll: true });
  }

  node(key: string): HTMLElement | undefined {
    return this.#held.get(key)?.node;
  }

  keyOf(node: Node): string {
    return this.#keys.get(node) ?? "";
  }

  forget(key: string): void {
    this.node(key)?.remove();
    this.#held.delete(key);
  }

  // Whoever was led to a row sees for a while which it is, also if it is made again meanwhile.
  point(key: string): void {
    this.#unpoint();
    this.#pointed = key;
    this.node(key)?.classList.add("pointed");
    this.#pointedTimer = setTimeout(() => this.#unpoint(), POINTED_MS);
  }

  #unpoint(): void {
    clearTimeout(this.#pointedTimer);
    this.node(this.#pointed)?.classList.remove("pointed");
    this.#pointed = "";
  }

  #nodeOf(row: Row): HTMLElement {
    const held = this.#held.get(row.key);
    if (held && (held.looks === row.looks || held.node.contains(this.#pressed ?? null))) return held.node;
    const node = row.make();
    offTabs(node);
    node.classList.toggle("pointed", row.key === this.#pointed);
    this.#keys.set(node, row.key);
    this.#held.set(row.key, { node, looks: row.looks });
    if (held) replace(held.node, node);
    return node;
  }

  // A click needs the node that was pressed until it is released: its row is made again after that.
  #press(node: Node): void {
    this.#pressed = node;
    afterPress(() => {
      this.#pressed = undefined;
      this.released();
    });
  }
}

// Who has the keyboard in a row has it in the same place of the new one, or beside it.
function replace(before: HTMLElement, after: HTMLElement): void {
  const focused = document.activeElement;
  const place = controlsOf(before).findIndex((one) => one === focused);
  const emoji = focused instanceof HTMLElement ? focused.dataset["emoji"] : undefined;
  before.replaceWith(after);
  if (focused === before) takeFocus(after);
  if (place < 0) return;
  const buttons = controlsOf(after);
  const same = emoji === undefined ? buttons[place] : buttons.find((one) => one.dataset["emoji"] === emoji);
  (same ?? buttons[Math.min(place, buttons.length - 1)])?.focus({ preventScroll: true });
}
