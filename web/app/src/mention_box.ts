// Completes @names while one writes, and knows afterwards whom they mean: names are not unique for
// ever, ids are, so a mention is kept as the place of its letters and an id.

import type { Body, Draft } from "@stentor/sdk";
import { avatar, bdi, composes, el } from "./dom";
import { begunIn, MENTIONS_ALL, mentionsIn, pieces } from "./mentions";
import { t } from "./texts";

export interface Candidate {
  uid: number;
  name: string;
}

export interface MentionPort {
  // By the beginning of the name; may answer late, or never.
  find(prefix: string, found: (members: readonly Candidate[]) => void): void;
  mayAll(): boolean;
}

const ALL = 0;
const TYPED_MS = 150;
const SHOWN_MAX = 6;

export class MentionBox {
  readonly element = el("ul", { class: "mention-box", role: "listbox", id: "mention-box", "aria-label": t.mentions, hidden: true });
  #candidates: readonly Candidate[] = [];
  #at = 0;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  // By the letters that stand in the text.
  #chosen = new Map<string, number>();

  constructor(
    private readonly input: HTMLTextAreaElement,
    private readonly port: MentionPort,
  ) {
    input.setAttribute("aria-controls", this.element.id);
    input.setAttribute("aria-autocomplete", "list");
    // Not at once: a touch on a name takes the focus first. And not if one is back in the text by then.
    input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && this.close(), 150));
  }

  // Those of a body that is edited.
  begin(body?: Pick<Body, "text" | "mentions" | "mentionAll">): void {
    this.close();
    this.#chosen.clear();
    for (const { text, mentioned } of body ? pieces(body) : []) if (mentioned !== undefined) this.#chosen.set(text, mentioned);
    // It may have been written in the other language.
    if (body?.mentionAll) for (const words of MENTIONS_ALL) this.#chosen.set(`@${words}`, ALL);
  }

  // What was chosen so far, to be kept beside the text that holds it.
  get names(): ReadonlyMap<string, number> {
    return this.#chosen;
  }
  set names(names: ReadonlyMap<string, number>) {
    this.close();
    this.#chosen = new Map(names);
  }

  typed(): void {
    clearTimeout(this.#timer);
    const prefix = this.#word();
    if (prefix === undefined) return this.close();
    const asked = ++this.#asked;
    this.#timer = setTimeout(() => {
      this.port.find(prefix, (members) => {
        if (asked === this.#asked) this.#show(prefix, members);
      });
    }, TYPED_MS);
  }

  // Whether the key was meant for the list.
  key(event: KeyboardEvent): boolean {
    if (this.element.hidden || composes(event)) return false;
    const { length } = this.#candidates;
    if (event.key === "ArrowDown") this.#move((this.#at + 1) % length);
    else if (event.key === "ArrowUp") this.#move((this.#at + length - 1) % length);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.#candidates[this.#at]);
    else return false;
    event.preventDefault();
    return true;
  }

  close(): void {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.element.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }

  // What of the text names somebody.
  bodyOf(text: string): Draft<Body> {
    const found = mentionsIn(text, this.#chosen);
    return { text, mentions: found.filter(({ uid }) => uid !== ALL), mentionAll: found.some(({ uid }) => uid === ALL) };
  }

  #word(): string | undefined {
    const { value, selectionStart, selectionEnd } = this.input;
    if (selectionStart !== selectionEnd) return undefined;
    return begunIn(value.slice(0, selectionStart));
  }

  #show(prefix: string, members: readonly Candidate[]): void {
    const all = this.port.mayAll() && t.mentionAll.startsWith(prefix.toLowerCase()) ? [{ uid: ALL, name: t.mentionAll }] : [];
    this.#candidates = [...all, ...members].slice(0, SHOWN_MAX);
    this.element.hidden = this.#candidates.length === 0;
    this.element.replaceChildren(...this.#candidates.map((one, i) => this.#option(one, i)));
    if (!this.element.hidden) this.#move(0);
  }

  #option(candidate: Candidate, i: number): HTMLElement {
    const { uid, name } = candidate;
    const node = el("li", { role: "option", id: `mention-${i}` }, avatar(uid, uid === ALL ? "@" : name), bdi(name));
    // Before the input loses its focus.
    node.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#choose(candidate);
    });
    return node;
  }

  #move(to: number): void {
    this.#at = to;
    for (const [i, node] of [...this.element.children].entries()) node.setAttribute("aria-selected", String(i === to));
    this.input.setAttribute("aria-activedescendant", `mention-${to}`);
  }

  #choose(candidate: Candidate | undefined): void {
    const prefix = this.#word();
    this.close();
    if (!candidate || prefix === undefined) return;
    const name = `@${candidate.name}`;
    this.#chosen.set(name, candidate.uid);
    const { selectionStart } = this.input;
    this.input.setRangeText(`${name} `, selectionStart - prefix.length - 1, selectionStart, "end");
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
