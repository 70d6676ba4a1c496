// Where one writes. Enter sends, Shift+Enter starts a line; on a phone Enter starts a line as well.

import { decodeBody, type Body, type Draft, type Entry, type Failure } from "@stentor/sdk";
import type { Attaching } from "./attaching";
import { isBlank } from "./blank";
import { excerptOf } from "./body";
import { failureWords, sayFailure, sayText } from "./dialog";
import { bdi, composes, el, icon, iconButton, isolated, setText } from "./dom";
import type { KeptDraft, Written } from "./kept_drafts";
import { late } from "./late";
import { MentionBox, type MentionPort } from "./mention_box";
import { t } from "./texts";

const encoder = new TextEncoder();
const SHOWN_FROM = 0.9;
const QUOTE_LETTERS = 80;

export interface ComposerPort extends MentionPort {
  send(body: Draft<Body>): void;
  edit(entry: Entry, body: Draft<Body>, ended: (failure?: Failure) => void): void;
  typed(): void;
  // As it is held now; nothing when it cannot be seen, or not yet.
  entry(seq: number): Entry | undefined;
  // The newest that I have written, as far as it is held.
  lastOwn(): Entry | undefined;
  keep(draft: KeptDraft): void;
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
  // Of a draft from before: its entry is not here yet.
  #wanted: KeptDraft["about"];
  #under: Written = { text: "", names: [] };

  constructor(
    private readonly port: ComposerPort,
    private readonly attaching: Attaching,
  ) {
    this.#mentions = new MentionBox(this.#input, port);
    this.#about.append(el("span", {}, this.#aboutTitle, " ", this.#aboutText), iconButton("close", t.cancel, () => this.plain()));
    this.#send.append(icon("send"));
    const emoji = iconButton("smile", t.emoji, () => late(() => import("./emoji_picker"), ({ pickEmoji }) => pickEmoji((sign) => this.#insert(sign))));
    emoji.classList.add("to-emoji");
    this.element = el("form", { class: "composer" }, this.#mentions.element, this.#about, this.#note, attaching.clip, this.#input, emoji, this.#send);
    this.#input.addEventListener("paste", (event) => attaching.paste(event));
    this.#input.addEventListener("input", () => {
      this.fit();
      this.#mentions.typed();
      this.#keep();
      if (this.text !== "" && !this.#regarding?.edits) port.typed();
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    attaching.begin((tray) => this.element.append(tray), () => this.fit());
    this.fit();
  }

  // From before: of another visit to this group, or of another page.
  restore(draft: KeptDraft): void {
    this.#write(draft);
    this.#under = draft.under ?? { text: "", names: [] };
    this.#wanted = draft.about;
    this.fit();
  }

  // The entry that a restored draft is about may have come. `coming`: one that is not here still may.
  resolve(coming: () => boolean, nameOf: (entry: Entry) => string): void {
    if (!this.#wanted) return;
    const { seq, edits } = this.#wanted;
    const entry = this.port.entry(seq);
    if (!entry && coming()) return;
    this.#wanted = undefined;
    if (entry && !entry.recalled) this.#regard({ entry, edits }, edits ? t.editing : t.replyTo(isolated(nameOf(entry))));
    this.fit();
  }

  get #written(): Written {
    return { text: this.text, names: [...this.#mentions.names] };
  }

  #write({ text, names }: Written): void {
    this.#mentions.names = new Map(names);
    this.text = text;
  }

  #keep(): void {
    const about = this.#regarding ? { seq: this.#regarding.entry.seq, edits: this.#regarding.edits } : this.#wanted;
    this.port.keep({ ...this.#written, ...(about && { about }), ...(this.#under.text !== "" && { under: this.#under }) });
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

  #insert(text: string): void {
    const { selectionStart, selectionEnd } = this.#input;
    this.#input.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#input.dispatchEvent(new Event("input", { bubbles: true }));
    this.#input.focus();
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
    if (this.#input.ariaLabel !== words) this.#input.ariaLabel = words;
  }

  reply(entry: Entry, name: string): void {
    this.plain();
    this.#regard({ entry, edits: false }, t.replyTo(isolated(name)));
    this.#input.focus();
  }

  edit(entry: Entry): void {
    this.plain();
    const body = decodeBody(entry.body);
    this.#under = this.#written;
    this.#mentions.begin(body);
    this.text = body?.text ?? "";
    this.#regard({ entry, edits: true }, t.editing);
    this.#input.focus();
  }

  // Neither an answer nor an edit.
  plain(): void {
    const edits = (this.#regarding ?? this.#wanted)?.edits;
    this.#regarding = this.#wanted = undefined;
    this.#about.hidden = true;
    if (edits) {
      this.#write(this.#under);
      this.#under = { text: "", names: [] };
    }
    this.#keep();
  }

  #regard(about: About, title: string): void {
    this.#regarding = about;
    setText(this.#aboutTitle, title);
    setText(this.#aboutText, excerptOf(decodeBody(about.entry.body), QUOTE_LETTERS));
    this.#about.hidden = false;
    this.#keep();
    this.fit();
  }

  #key(event: KeyboardEvent): void {
    if (composes(event) || this.#mentions.key(event)) return;
    if (event.key === "Escape" && this.#regarding) return this.plain();
    if (event.key === "ArrowUp" && this.text === "" && !event.shiftKey && !event.altKey) return this.#editLast(event);
    if (event.key !== "Enter" || event.shiftKey) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #editLast(event: KeyboardEvent): void {
    const last = this.#regarding || this.#wanted ? undefined : this.port.lastOwn();
    if (!last) return;
    event.preventDefault();
    this.edit(last);
    this.#input.setSelectionRange(this.text.length, this.text.length);
  }

  #submit(): void {
    const text = this.text.trim();
    this.fit();
    if (this.#send.disabled) return;
    const body = this.#mentions.bodyOf(text);
    const written = this.#written;
    const about = this.#regarding;
    this.plain();
    if (about?.edits) {
      const before = decodeBody(about.entry.body);
      this.port.edit(about.entry, { ...before, ...body }, (failure) => failure && this.#editFailed(failure, about.entry, written));
    } else {
      this.text = "";
      this.#mentions.begin();
      this.#keep();
      const attachments = this.attaching.take();
      this.port.send({ ...body, ...(attachments && { attachments }), ...(about && { replyTo: about.entry.seq }) });
      this.fit();
    }
    this.#input.focus();
  }

  // The new words are not lost: they stand here again, for the entry as it is now. Whoever writes something else
  // meanwhile, or has left, gets them to copy.
  #editFailed(failure: Failure, { seq }: Entry, written: Written): void {
    const entry = this.port.entry(seq);
    if (this.#regarding || !entry || entry.recalled || !this.element.isConnected) {
      return sayText(t.failed, `${failureWords(failure)} ${t.written}`, written.text);
    }
    this.edit(entry);
    this.#write(written);
    this.#keep();
    return sayFailure(failure);
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
    this.#note.classList.toggle("bad", over > 0);
    setText(this.#note, over > 0 ? t.tooLong(over) : this.#held || this.#waits);
    const edits = this.#regarding?.edits === true;
    const nothing = isBlank(this.text) && (edits || this.attaching.empty);
    this.#send.disabled = nothing || over > 0 || this.#held !== "" || this.#wanted !== undefined || (!edits && this.attaching.busy);
  }
}
