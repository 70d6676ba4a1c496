// One group in the list. Its node lives as long as the group is listed: only words and marks change.

import type { GroupSummary } from "@stentor/sdk";
import { avatar, bdi, el, groupAvatar, icon, setText } from "./dom";
import { t } from "./texts";

export interface Preview {
  sender: string;
  text: string;
}

// All that is shown of it; two that are equal look the same.
export interface GroupLook {
  gid: number;
  name: string;
  current: boolean;
  muted: boolean;
  // Something unread is meant for this reader.
  called: boolean;
  // Nothing: none is unread.
  unread: string;
  time: string;
  preview: Preview;
  // Whose picture it has; 0: its own.
  other: number;
}

export function lookOfGroup({ gid, name, muted }: GroupSummary, rest: Pick<GroupLook, "current" | "called" | "unread" | "time" | "preview" | "other">): GroupLook {
  return { gid, name: name || `#${gid}`, muted, ...rest };
}

export class GroupRow {
  readonly element: HTMLElement;
  readonly #link = el("a");
  readonly #name = bdi("");
  readonly #quiet = el("span", { class: "quiet-mark", title: t.muted, role: "img", "aria-label": t.muted });
  readonly #time = el("time");
  readonly #sender = bdi("");
  readonly #text = bdi("");
  readonly #preview = el("span", { class: "preview" });
  readonly #badge = el("span", { class: "badge" });
  readonly #who = el("span", { class: "who" }, this.#name);
  #avatar = el("span");
  #pictured = "";
  #shown = "";

  constructor(gid: number) {
    this.#quiet.append(icon("quiet"));
    this.#link.setAttribute("href", `#/g/${gid}`);
    this.#link.append(this.#avatar, this.#who, this.#time, this.#preview);
    this.element = el("li", {}, this.#link);
  }

  show(look: GroupLook): void {
    const shown = JSON.stringify(look);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { gid, name, current, muted, called, unread, time, preview, other } = look;
    this.#named(gid, other, name);
    this.#avatar.classList.toggle("of-person", other > 0);
    this.#link.classList.toggle("bare", preview.text === "" && unread === "" && !called);
    if (current) this.#link.setAttribute("aria-current", "page");
    else this.#link.removeAttribute("aria-current");
    this.#link.classList.toggle("fresh", unread !== "");
    if (muted) this.#who.append(this.#quiet);
    else this.#quiet.remove();
    setText(this.#time, time);
    this.#previews(preview);
    const marks = [called && "@", unread].filter(Boolean);
    this.#badge.classList.toggle("quiet", muted && !called);
    this.#badge.setAttribute("aria-label", [called && t.called, unread && t.unread(unread)].filter(Boolean).join(", "));
    setText(this.#badge, marks.join(" "));
    if (marks.length === 0) this.#badge.remove();
    else this.#link.append(this.#badge);
  }

  #named(gid: number, other: number, name: string): void {
    if (this.#pictured === `${other} ${name}`) return;
    this.#pictured = `${other} ${name}`;
    setText(this.#name, name);
    const picture = other > 0 ? avatar(other, name) : groupAvatar(gid, name);
    this.#avatar.replaceWith(picture);
    this.#avatar = picture;
  }

  #previews({ sender, text }: Preview): void {
    setText(this.#sender, sender);
    setText(this.#text, text);
    const named = this.#sender.parentNode !== null;
    if (named !== (sender !== "") || !this.#text.parentNode) {
      this.#preview.replaceChildren(...(sender === "" ? [this.#text] : [this.#sender, ": ", this.#text]));
    }
  }
}
