// The message that stands above all others: pressed, it leads there.

import { decodeBody, type Group } from "@stentor/sdk";
import { excerptOf } from "./body";
import { bdi, button, el, icon, setText } from "./dom";
import { t } from "./texts";

const LETTERS = 120;

export class PinnedBar {
  readonly element: HTMLButtonElement;
  readonly #words = bdi("");
  #seq = 0;

  constructor(goTo: (seq: number) => void) {
    this.element = button("", () => goTo(this.#seq), { class: "pinned", hidden: true });
    this.element.append(icon("pin"), el("span", { class: "hint" }, t.pinned), this.#words);
  }

  // Hidden where there is none, or none that this member may see.
  render(group: Group, nameOf: (uid: number) => string): void {
    const seq = group.opened?.settings?.pinned ?? 0;
    const entry = seq > group.floor ? (group.log.at(seq) ?? group.entryCache.entry(seq)) : undefined;
    const seen = entry !== undefined && !entry.recalled && !group.marks.hidden.has(seq);
    this.element.hidden = !seen;
    this.#seq = seq;
    if (seen) setText(this.#words, `${nameOf(entry.sender)}: ${excerptOf(decodeBody(entry.body), LETTERS)}`);
  }
}
