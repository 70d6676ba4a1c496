// All emoji to choose from: the ones chosen last first, then by group, or by what they are called.

import { openDialog } from "./dialog";
import { button, composes, el, setText } from "./dom";
import "./emoji_picker.css";
import { chose, choseTone, recentEmoji } from "./emoji_recent";
import { emojiFound, inTone, TONES_MAX, type Emoji } from "./emoji_search";
import { groups, t } from "./emoji_texts";

const FOUND_MAX = 120;

export function pickEmoji(picked: (sign: string) => void): void {
  openDialog(t.emoji, (close) => {
    const picker = new Picker((sign) => {
      chose(sign);
      close();
      picked(sign);
    });
    return { nodes: [...picker.nodes, el("div", { class: "buttons" }, button(t.close, close))] };
  });
}

class Picker {
  readonly nodes: Node[];
  readonly #words = el("input", { type: "search", maxlength: 60, "aria-label": t.emojiFind, placeholder: t.emojiFind, autocomplete: "off" });
  readonly #says = el("p", { class: "hint", role: "status" });
  readonly #grid = el("div", { class: "emoji" });
  readonly #tones = el("div", { class: "tones", role: "radiogroup", "aria-label": t.emojiTone });
  #tone = recentEmoji().tone;

  constructor(private readonly picked: (sign: string) => void) {
    this.#words.addEventListener("input", () => this.#draw());
    this.#words.addEventListener("keydown", (event) => this.#key(event));
    this.#grid.addEventListener("keydown", (event) => this.#key(event));
    // One listener for all of them: there are many.
    this.#grid.addEventListener("click", ({ target }) => {
      if (target instanceof HTMLButtonElement) this.#choose(target);
    });
    this.nodes = [el("div", { class: "emoji-find" }, this.#words, this.#tones), this.#says, this.#grid];
    this.#draw();
  }

  #draw(): void {
    this.#tones.replaceChildren(...Array.from({ length: TONES_MAX + 1 }, (_, tone) => this.#toneNode(tone)));
    const words = this.#words.value;
    if (words.trim() === "") {
      const recent = recentEmoji().signs.map((sign): Emoji => [sign, labels().get(sign) ?? sign, "", 0]);
      this.#grid.replaceChildren(...(recent.length > 0 ? [this.#section(t.emojiRecent, recent)] : []), ...groups.map(({ name, emoji }) => this.#section(name, emoji)));
      setText(this.#says, "");
    } else {
      const found = emojiFound(groups, words, FOUND_MAX);
      this.#grid.replaceChildren(this.#section("", found));
      setText(this.#says, t.emojiFound(found.length));
    }
    this.#grid.scrollTop = 0;
    const [first] = this.#all;
    if (first) first.tabIndex = 0;
  }

  #section(name: string, emoji: readonly Emoji[]): HTMLElement {
    return el("section", { "aria-label": name || t.emoji }, name !== "" && el("h3", {}, name),
      el("div", {}, ...emoji.map((one) => this.#node(one))));
  }

  #node(emoji: Emoji): HTMLElement {
    return el("button", { type: "button", tabindex: -1, title: emoji[1], "aria-label": emoji[1] }, inTone(emoji, this.#tone));
  }

  #toneNode(tone: number): HTMLElement {
    const sign = inTone(["✋", "", "", 1], tone);
    return button(sign, () => {
      choseTone((this.#tone = tone));
      this.#draw();
      this.#tones.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
    }, { role: "radio", "aria-checked": String(tone === this.#tone), "aria-label": t.emojiTones[tone] ?? "" });
  }

  get #all(): HTMLButtonElement[] {
    return [...this.#grid.querySelectorAll("button")];
  }

  #choose(chosen: HTMLElement | undefined): void {
    if (chosen?.textContent) this.picked(chosen.textContent);
  }

  #key(event: KeyboardEvent): void {
    const all = this.#all;
    const searching = event.target === this.#words;
    if (searching && event.key === "Enter" && !composes(event)) {
      event.preventDefault();
      if (this.#words.value.trim() !== "") this.#choose(all[0]);
      return;
    }
    if (searching && event.key !== "ArrowDown") return;
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = searching ? 0 : step(event.key, at, all);
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) return this.#words.focus();
    this.#focus(all[Math.min(to, all.length - 1)]);
  }

  #focus(node: HTMLButtonElement | undefined): void {
    for (const one of this.#grid.querySelectorAll<HTMLElement>('[tabindex="0"]')) one.tabIndex = -1;
    if (node) node.tabIndex = 0;
    node?.focus();
  }
}

// Where an arrow leads: to the neighbour, or to the nearest of the row above or below; before the first: -1.
function step(key: string, at: number, all: readonly HTMLElement[]): number | undefined {
  switch (key) {
    case "ArrowRight":
      return at + 1;
    case "ArrowLeft":
      return at - 1;
    case "Home":
      return 0;
    case "End":
      return all.length - 1;
    case "ArrowUp":
      return row(all, at, -1);
    case "ArrowDown":
      return row(all, at, 1);
    default:
      return undefined;
  }
}

function row(all: readonly HTMLElement[], at: number, way: 1 | -1): number {
  const from = all[at];
  if (!from) return 0;
  const here = from.getBoundingClientRect();
  let best: { place: number; top: number; far: number } | undefined;
  for (let place = at + way; all[place]; place += way) {
    const { top, left } = (all[place] as HTMLElement).getBoundingClientRect();
    if (top === here.top) continue;
    if (best && top !== best.top) break;
    const far = Math.abs(left - here.left);
    if (!best || far < best.far) best = { place, top, far };
  }
  return best?.place ?? (way < 0 ? -1 : all.length - 1);
}

let known: Map<string, string> | undefined;

// How each is called, also those in a tone.
function labels(): Map<string, string> {
  known ??= new Map(groups.flatMap(({ emoji }) => emoji.flatMap((one) =>
    Array.from({ length: one[3] ? TONES_MAX + 1 : 1 }, (_, tone): [string, string] => [inTone(one, tone), one[1]]))));
  return known;
}
