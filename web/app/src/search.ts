// Looking for words in a group's history, of all who write there or of one, at any time or between two days.

import { decodeBody, type Client, type Entry, type Group, type Paged, type SearchBounds } from "@stentor/sdk";
import { excerptOf } from "./body";
import { isBeside, openBeside } from "./beside";
import { beginOf } from "./days";
import { failureWords } from "./dialog";
import { bdi, button, el, setText } from "./dom";
import { hitsIn, windowOf } from "./hits";
import { t } from "./search_texts";
import { clockTime, dayName } from "./texts";
import "./lists.css";

const LETTERS = 160;
const SUGGESTED_MAX = 8;

export function showSearch(client: Client, group: Group, goTo: (seq: number) => void): void {
  openBeside(t.search, (close) => {
    const words = el("input", { type: "search", required: true, maxlength: 200, "aria-label": t.searchHint, placeholder: t.searchHint, autocomplete: "off" });
    const bounds = new Bounds(group);
    const form = el("form", { role: "search" }, el("div", { class: "search" }, words, el("button", { type: "submit", class: "primary" }, t.search)), bounds.element);
    const says = el("p", { class: "hint", role: "status" });
    const list = el("ul", { class: "found", "aria-label": t.searchFound });
    const more = button(t.searchMore, () => found?.more(), { class: "link" });
    let found: Paged<Entry> | undefined;
    let shown = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const asked = words.value.trim();
      if (asked === "") return;
      bounds.of((answer) => {
        shown = "";
        if (typeof answer === "string") {
          found = undefined;
          list.replaceChildren();
          return setText(says, answer);
        }
        found = group.entryCommands.search(asked, () => client.changed(), answer);
        found.more();
        return client.changed();
      });
    });
    const chosen = (seq: number) => {
      if (!isBeside(form)) close();
      goTo(seq);
    };
    const render = () => {
      more.hidden = !found || found.loading || found.complete;
      if (!found) return;
      const { items, loading, failure } = found;
      const none = items.length === 0 && (loading ? t.loading : t.searchNone);
      setText(says, failure ? failureWords(failure) : none || "");
      const seen = items.filter(({ seq }) => !group.marks.hidden.has(seq));
      // What is pressed stays while only names come.
      const looks = JSON.stringify(seen.map(({ seq, revision }) => [seq, revision]));
      if (looks !== shown) list.replaceChildren(...seen.map((entry) => foundNode(client, entry, words.value, chosen)));
      else list.querySelectorAll("bdi[data-uid]").forEach((node) => setText(node as HTMLElement, senderName(client, Number((node as HTMLElement).dataset["uid"]))));
      shown = looks;
    };
    return { nodes: [form, says, list, more, el("div", { class: "buttons" }, button(t.close, close))], render };
  });
}

// Far back, where no page of the timeline reaches: the entry with what stands around it.
export function showAround(client: Client, group: Group, seq: number): void {
  openBeside(t.around, (close) => {
    const says = el("p", { class: "hint", role: "status" }, t.loading);
    const list = el("ul", { class: "found" });
    group.entryCache.around(seq, (entries) => {
      if (typeof entries === "string" || !("length" in entries)) return setText(says, failureWords(entries));
      setText(says, entries.length === 0 ? t.searchNone : "");
      const shown = entries.filter((entry) => !group.marks.hidden.has(entry.seq));
      list.replaceChildren(...shown.map((entry) => foundNode(client, entry, "")));
      list.querySelector(`[data-found="${seq}"]`)?.scrollIntoView({ block: "center" });
    });
    return { nodes: [says, list, el("div", { class: "buttons" }, button(t.close, close, { class: "primary" }))] };
  });
}

function senderName(client: Client, sender: number): string {
  return sender === client.uid ? t.you : (client.users.name(sender) ?? t.someone(sender));
}

function foundNode(client: Client, entry: Entry, words: string, chosen?: (seq: number) => void): HTMLElement {
  const { seq, sender, timeMs, recalled, body } = entry;
  const parts = [
    el("span", { class: "hint" }, bdi(senderName(client, sender), { "data-uid": sender }), ` · ${dayName(timeMs)} ${clockTime(timeMs)} · #${seq}`),
    recalled ? bdi(t.recalled, { class: "text" }) : markedNode(excerptOf(decodeBody(body), Infinity), words),
  ];
  if (!chosen) return el("li", { "data-found": seq }, ...parts);
  const node = button("", () => chosen(seq), { class: "hit" });
  node.append(...parts);
  return el("li", { "data-found": seq }, node);
}

// The part of it where the first of the words stands, with all of them marked.
function markedNode(text: string, words: string): HTMLElement {
  const node = bdi("", { class: "text" });
  const { from, to } = windowOf(text, hitsIn(text, words), LETTERS);
  let at = from;
  if (from > 0) node.append("…");
  for (const hit of hitsIn(text, words)) {
    if (hit.from < at || hit.to > to) continue;
    node.append(text.slice(at, hit.from), el("mark", {}, text.slice(hit.from, hit.to)));
    at = hit.to;
  }
  node.append(text.slice(at, to));
  if (to < text.length) node.append("…");
  return node;
}

// Whose, from when, until when; all of it may be left out.
class Bounds {
  readonly element: HTMLElement;
  readonly #who = el("input", { id: "search-who", list: "search-members", maxlength: 64, autocomplete: "off" });
  readonly #names = el("datalist", { id: "search-members" });
  readonly #since = el("input", { id: "search-since", type: "date" });
  readonly #until = el("input", { id: "search-until", type: "date" });

  constructor(private readonly group: Group) {
    this.#who.addEventListener("input", () => this.#suggest());
    this.element = el("details", { class: "bounds" }, el("summary", {}, t.searchBounds),
      el("label", { for: "search-who" }, t.searchWho), this.#who, this.#names,
      el("label", { for: "search-since" }, t.searchSince), this.#since,
      el("label", { for: "search-until" }, t.searchUntil), this.#until);
  }

  // Words, where they cannot be had.
  of(done: (bounds: SearchBounds | string) => void): void {
    this.#sender((sender) => {
      if (typeof sender === "string") return done(sender);
      return this.#seq(this.#since.value, 0, (first) => {
        if (typeof first === "string") return done(first);
        return this.#seq(this.#until.value, 1, (end) => {
          if (typeof end === "string") return done(end);
          // Nothing is from so late, or so early.
          if (end === 1 || first > this.group.head) return done(t.searchNone);
          return done({ sender, from: first, to: Math.max(0, end - 1) });
        });
      });
    });
  }

  // The first entry of the day, or one behind the last; 0: no day was said.
  #seq(day: string, later: number, done: (seq: number | string) => void): void {
    if (day === "") return done(0);
    const beginMs = beginOf(day, later);
    return this.group.entryCommands.near(beginMs, (near) => {
      if ("failure" in near) return done(failureWords(near.failure));
      const { seq = 0, timeMs = 0 } = near.entry ?? {};
      return done(timeMs >= beginMs ? seq : seq + 1);
    });
  }

  #sender(done: (uid: number | string) => void): void {
    const name = this.#who.value.trim();
    if (name === "") return done(0);
    const members = this.group.membership.list(name, "members", () => {
      const { items, loading, failure } = members;
      if (loading) return;
      const member = items.find((one) => one.name === name) ?? (items.length === 1 ? items[0] : undefined);
      done(failure ? failureWords(failure) : (member?.uid ?? t.searchNobody));
    });
    return members.more();
  }

  #suggest(): void {
    const members = this.group.membership.list(this.#who.value.trim(), "members", () =>
      this.#names.replaceChildren(...members.items.slice(0, SUGGESTED_MAX).map(({ name }) => el("option", { value: name }))));
    members.more();
  }
}
