// Who has read a message.

import type { Client, Entry, Group } from "@stentor/sdk";
import { failureWords, openDialog } from "./dialog";
import { bdi, button, el, setText } from "./dom";
import { t } from "./group_texts";
import "./lists.css";

export function showReaders(client: Client, group: Group, { seq }: Entry): void {
  openDialog(t.whoRead, (close) => {
    const words = el("p", { role: "status" });
    const list = el("ul", { class: "people" });
    const readers = group.entryCommands.readers(seq, () => client.changed());
    const more = button(t.showMore, () => readers.more(), { class: "link" });
    readers.more();
    const render = () => {
      const { items, total, failure, loading, complete } = readers;
      more.hidden = loading || complete || items.length === 0;
      const count = Math.max(total, items.length);
      const said = count === 0 ? t.readByNone : items.length === 0 ? t.readByMany(count) : t.readBy(count);
      setText(words, failure ? failureWords(failure) : loading && items.length === 0 ? t.loading : said);
      list.replaceChildren(...items.map((uid) => el("li", {}, bdi(client.users.name(uid) ?? t.someone(uid)))));
    };
    return { nodes: [words, list, more, el("div", { class: "buttons" }, button(t.close, close, { class: "primary" }))], render };
  });
}
