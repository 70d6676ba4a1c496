// What is said in the open group, for whoever hears the page: at once when it is quiet, else gathered; of more than
// can be listened to only how many.

import { decodeBody, EntryKind, type Group } from "@stentor/sdk";
import { excerptOf } from "./body";
import { el } from "./dom";
import { t } from "./texts";

const EVERY_MS = 4_000;
const SAID_MAX = 3;
const LETTERS = 120;

export class Announcer {
  readonly element = el("p", { class: "unseen", role: "status" });
  #group: Group | undefined;
  #told = 0;
  #saidMs = -EVERY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly uid: number,
    private readonly nameOf: (uid: number) => string,
  ) {}

  render(group: Group): void {
    if (group.state !== "open") return;
    // What was there before is read, not told.
    if (group !== this.#group) this.#told = group.log.last;
    this.#group = group;
    if (group.log.last <= this.#told || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#say(group), Math.max(0, this.#saidMs + EVERY_MS - performance.now()));
  }

  #say(group: Group): void {
    this.#timer = undefined;
    if (group !== this.#group || !this.element.isConnected) return;
    const { log, marks } = group;
    const after = this.#told;
    this.#told = log.last;
    const held = log.entries.filter(({ seq, sender, kind, recalled }) =>
      seq > after && sender !== this.uid && kind === EntryKind.POST && !recalled && !marks.hidden.has(seq));
    if (held.length === 0) return;
    this.#saidMs = performance.now();
    const words = held.length > SAID_MAX
      ? t.newCount(held.length)
      : held.map(({ sender, body }) => `${this.nameOf(sender)}: ${excerptOf(decodeBody(body), LETTERS)}`).join(". ");
    // A new node is told also when it says the same.
    this.element.replaceChildren(el("span", {}, words));
  }
}
