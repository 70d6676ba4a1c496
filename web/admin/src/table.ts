// A table that is filled page by page, with a form for its search above it.

import { button, el } from "../../app/src/dom";
import { t } from "./texts";

type Cell = string | number | HTMLElement;

export class Table<Row, Cursor> {
  readonly element = el("div", { class: "table" });
  readonly #rows = el("tbody");
  readonly #more = button(t.more, () => void this.#page(), { hidden: true });
  #next: Cursor;

  constructor(
    heads: string[],
    private readonly first: Cursor,
    private readonly fetchPage: (after: Cursor) => Promise<{ rows: Row[]; next: Cursor }>,
    private readonly cells: (row: Row) => Cell[],
  ) {
    this.#next = first;
    const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
    this.element.append(el("table", {}, el("thead", {}, head), this.#rows), this.#more);
  }

  async load(): Promise<void> {
    this.#rows.replaceChildren();
    this.#next = this.first;
    await this.#page();
  }

  async #page(): Promise<void> {
    const { rows, next } = await this.fetchPage(this.#next);
    for (const row of rows) {
      this.#rows.append(el("tr", {}, ...this.cells(row).map((cell) => el("td", {}, typeof cell === "number" ? String(cell) : cell))));
    }
    this.#next = next;
    this.#more.hidden = !next;
  }
}

// An input and a button that hands what was written to `act`.
export function lineForm(label: string, submit: string, act: (text: string) => void, type = "text"): HTMLFormElement {
  const input = el("input", { type, "aria-label": label, placeholder: label });
  const form = el("form", { class: "line" }, input, el("button", { type: "submit" }, submit));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(input.value);
    if (type !== "search") input.value = "";
  });
  return form;
}
