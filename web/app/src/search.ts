// Looking for words in a group's history.

import { decodeBody, type Client, type Entry, type Group, type Paged } from "@stentor/sdk";
import { excerptOf } from "./body";
import { failureWords, openDialog } from "./dialog";
import { bdi, button, el, setText } from "./dom";
import { t } from "./group_texts";
import { clockTime, dayName } from "./texts";

const LETTERS = 160;

export function showSearch(client: Client, group: Group, goTo: (seq: number) => void): void {
  openDialog(t.search, (close) => {
    const words = el("input", { type: "search", required: true, maxlength: 200, "aria-label": t.searchHint, placeholder: t.searchHint, autocomplete: "off" });
    const form = el("form", { role: "search", class: "search" }, words, el("button", { type: "submit", class: "primary" }, t.search));
    const says = el("p", { class: "hint", role: "status" });
    const list = el("ul", { class: "found", "aria-label": t.searchFound });
    const more = button(t.searchMore, () => found?.more(), { class: "link" });
    let found: Paged<Entry> | undefined;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (words.value.trim() === "") return;
      found = group.entryCommands.search(words.value.trim(), () => client.changed());
      found.more();
      client.changed();
    });
    const chosen = (seq: number) => {
      close();
      goTo(seq);
    };
    const render = () => {
      more.hidden = !found || found.loading || found.complete;
      if (!found) return;
      const { items, loading, failure } = found;
      const none = items.length === 0 && (loading ? t.loading : t.searchNone);
      setText(says, failure ? failureWords(failure) : none || "");
      const shown = items.filter(({ seq }) => !group.marks.hidden.has(seq));
      list.replaceChildren(...shown.map((entry) => foundNode(client, entry, chosen)));
    };
    return { nodes: [form, says, list, more, el("div", { class: "buttons" }, button(t.close, close))], render };
  });
}

// Far back, where no page of the timeline reaches: the entry with what stands around it.
export function showAround(client: Client, group: Group, seq: number): void {
  openDialog(t.around, (close) => {
    const says = el("p", { class: "hint", role: "status" }, t.loading);
    const list = el("ul", { class: "found" });
    group.entryCache.around(seq, (entries) => {
      if (typeof entries === "string" || !("length" in entries)) return setText(says, failureWords(entries));
      setText(says, entries.length === 0 ? t.searchNone : "");
      const shown = entries.filter((entry) => !group.marks.hidden.has(entry.seq));
      list.replaceChildren(...shown.map((entry) => foundNode(client, entry)));
      list.querySelector(`[data-found="${seq}"]`)?.scrollIntoView({ block: "center" });
    });
    return { nodes: [says, list, el("div", { class: "buttons" }, button(t.close, close, { class: "primary" }))] };
  });
}

function foundNode(client: Client, entry: Entry, chosen?: (seq: number) => void): HTMLElement {
  const { seq, sender, timeMs, recalled, body } = entry;
  const name = sender === client.uid ? t.you : (client.users.name(sender) ?? t.someone(sender));
  const parts = [
    el("span", { class: "hint" }, bdi(name), ` · ${dayName(timeMs)} ${clockTime(timeMs)} · #${seq}`),
    bdi(recalled ? t.recalled : excerptOf(decodeBody(body), LETTERS), { class: "text" }),
  ];
  if (!chosen) return el("li", { "data-found": seq }, ...parts);
  const node = button("", () => chosen(seq), { class: "hit" });
  node.append(...parts);
  return el("li", { "data-found": seq }, node);
}
