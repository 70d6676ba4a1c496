// Where one writes. Enter sends, Shift+Enter starts a line; on a phone Enter starts a line as well.

import { decodeBody, type Body, type Draft, type Entry } from "@stentor/sdk";
import { excerptOf } from "./body";
import { bdi, el, icon, iconButton, isolated, setText } from "./dom";
import { MentionBox, type MentionPort } from "./mention_box";
import { t } from "./texts";

const encoder = new TextEncoder();
const SHOWN_FROM = 0.9;
const QUOTE_LETTERS = 80;

export interface ComposerPort extends MentionPort {
  send(body: Draft<Body>): void;
  edit(entry: Entry, body: Draft<Body>): void;
  typed(): void;
}

// What is written belongs to an entry: an answer to it, or its new words.
interface About {
  entry: Entry;
  edits: boolean;
}

export class Composer {
  readonly element: HTMLFormElement;
  readonly #input = el("textarea", { rows: 1, "aria-label": t.write, placeholder: t.write, enterkeyhint: "send", dir: "auto" });
  readonly #send = el("button", { type: "submit", class: "send", "aria-label": t.send, title: t.send });
  readonly #note = el("span", { class: "note", role: "status" });
  readonly #aboutTitle = el("strong", {});
  readonly #aboutText = bdi("");
  readonly #about = el("div", { class: "about-entry", hidden: true });
  readonly #mentions: MentionBox;
  #bytesMax = 8 * 1024;
  #held = "";
  #waits = "";
  #regarding: About | undefined;
  #draft = "";

  constructor(private readonly port: ComposerPort) {
    this.#mentions = new MentionBox(this.#input, port);
    this.#about.append(el("span", {}, this.#aboutTitle, " ", this.#aboutText), iconButton("close", t.cancel, () => this.plain()));
    this.#send.append(icon("send"));
    this.element = el("form", { class: "composer" }, this.#mentions.element, this.#about, this.#note, this.#input, this.#send);
    this.#input.addEventListener("input", () => {
      this.fit();
      this.#mentions.typed();
      if (this.text !== "" && !this.#regarding?.edits) port.typed();
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.fit();
  }

  // What is worth keeping for later; the new words of an old message are not.
  get draft(): string {
    return this.#regarding?.edits ? this.#draft : this.text;
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

  // Why nothing can be sent now; empty when it can.
  hold(words: string): void {
    if (this.#held === words) return;
    this.#held = words;
    this.fit();
  }

  // Why what was sent has not gone out; more may be written all the same.
  wait(words: string): void {
    if (this.#waits === words) return;
    this.#waits = words;
    this.fit();
  }

  name(group: string): void {
    const words = group === "" ? t.write : t.writeTo(isolated(group));
    if (this.#input.placeholder === words) return;
    this.#input.placeholder = words;
    this.#input.setAttribute("aria-label", words);
  }

  reply(entry: Entry, name: string): void {
    this.plain();
    this.#regard({ entry, edits: false }, t.replyTo(isolated(name)));
  }

  edit(entry: Entry): void {
    this.plain();
    const body = decodeBody(entry.body);
    this.#draft = this.text;
    this.#mentions.begin(body);
    this.text = body?.text ?? "";
    this.#regard({ entry, edits: true }, t.editing);
  }

  // Neither an answer nor an edit.
  plain(): void {
    const { edits } = this.#regarding ?? {};
    this.#regarding = undefined;
    this.#about.hidden = true;
    if (!edits) return;
    this.#mentions.begin();
    this.text = this.#draft;
    this.#draft = "";
  }

  #regard(about: About, title: string): void {
    this.#regarding = about;
    setText(this.#aboutTitle, title);
    setText(this.#aboutText, excerptOf(decodeBody(about.entry.body), QUOTE_LETTERS));
    this.#about.hidden = false;
    this.#input.focus();
  }

  #key(event: KeyboardEvent): void {
    if (this.#mentions.key(event)) return;
    if (event.key === "Escape" && this.#regarding) return this.plain();
    // While a word is being composed, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #submit(): void {
    const text = this.text.trim();
    if (text === "" || this.#over() > 0 || this.#held !== "") return;
    const body = this.#mentions.bodyOf(text);
    const about = this.#regarding;
    this.plain();
    if (about?.edits) {
      const before = decodeBody(about.entry.body);
      this.port.edit(about.entry, { ...before, ...body });
    } else {
      this.text = "";
      this.#mentions.begin();
      this.port.send(about ? { ...body, replyTo: about.entry.seq } : body);
    }
    this.#input.focus();
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
    setText(this.#note, over > 0 ? t.tooLong(over) : this.#held || this.#waits);
    this.#send.disabled = this.text.trim() === "" || over > 0 || this.#held !== "";
  }
}
