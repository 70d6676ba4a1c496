// A table that is filled page by page, and a form of one field.

import { button, el, setText } from "../../app/src/dom";
import { numberText, t } from "./texts";

type Cell = string | number | HTMLElement;

export class Table<Row, Cursor> {
  readonly element = el("div", { class: "table" });
  readonly #rows = el("tbody");
  readonly #more = button(t.more, () => void this.#page(), { hidden: true });
  readonly #none = el("p", { class: "soft", hidden: true });
  #next: Cursor;
  #shown: { row: Row; cells: HTMLElement[] }[] = [];

  constructor(
    heads: string[],
    private readonly first: Cursor,
    private readonly fetchPage: (after: Cursor) => Promise<{ rows: Row[]; next: Cursor }>,
    private readonly cells: (row: Row) => Cell[],
    // Said where there are no rows.
    none: string = t.none,
  ) {
    this.#next = first;
    const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text || el("span", { class: "unseen" }, t.toDo))));
    this.#none.textContent = none;
    this.element.append(el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": heads.filter(Boolean).join(", ") }, el("table", {}, el("thead", {}, head), this.#rows)), this.#none, this.#more);
  }

  async load(): Promise<void> {
    this.#rows.replaceChildren();
    this.#shown = [];
    this.#next = this.first;
    await this.#page();
  }

  // What has changed in a column since, of the rows that are shown.
  refresh(column: number, textOf: (row: Row) => string): void {
    for (const { row, cells } of this.#shown) {
      const cell = cells[column];
      if (cell) setText(cell, textOf(row));
    }
  }

  get rows(): Row[] {
    return this.#shown.map(({ row }) => row);
  }

  async #page(): Promise<void> {
    const { rows, next } = await this.fetchPage(this.#next);
    for (const row of rows) {
      const cells = this.cells(row).map((cell) => el("td", typeof cell === "number" ? { class: "number" } : {}, typeof cell === "number" ? numberText(cell) : cell));
      this.#rows.append(el("tr", {}, ...cells));
      this.#shown.push({ row, cells });
    }
    this.#next = next;
    this.#more.hidden = !next;
    this.#none.hidden = this.#shown.length > 0 || Boolean(next);
  }
}

// A field with its name, and a button that hands what was written to `act`. False: it stays.
export function lineForm(label: string, submit: string, act: (text: string) => void | boolean, type = "text", attributes: Record<string, string | number> = {}): HTMLFormElement {
  const input = el("input", { type, ...attributes });
  const form = el("form", { class: "line" }, el("label", {}, label, " ", input), el("button", { type: "submit" }, submit));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kept = act(input.value) === false;
    if (type !== "search" && !kept) input.value = "";
  });
  return form;
}
