// Brings a message to another group: one's own words as they are, another's as a quote under their name.

import { decodeBody, GroupKind, Role, type Client, type Entry, type GroupSummary } from "@stentor/sdk";
import { openDialog } from "./dialog";
import { avatar, bdi, button, el, groupAvatar } from "./dom";
import { t } from "./finding_texts";
import { openGroup } from "./links";
import "./lists.css";

export function askForward(client: Client, entry: Entry): void {
  openDialog(t.forwardTitle, (close) => {
    const find = el("input", { type: "search", maxlength: 64, "aria-label": t.forwardFind, placeholder: t.forwardFind, autocomplete: "off" });
    const none = el("p", { class: "hint", role: "status" }, t.forwardNone);
    const list = el("ul", { class: "people", "aria-label": t.groups });
    let shown = "";
    const render = () => {
      const { directory } = client;
      const wanted = find.value.trim().toLocaleLowerCase();
      if (wanted !== "" && !directory.complete) directory.more();
      const groups = directory.groups.filter((group) => mayWrite(group) && group.name.toLocaleLowerCase().includes(wanted));
      none.hidden = groups.length > 0;
      const looks = JSON.stringify(groups.map(({ gid, other, name }) => [gid, other, name]));
      if (looks === shown) return;
      shown = looks;
      list.replaceChildren(...groups.map(({ gid, other, name }) => {
        const node = button("", () => {
          close();
          client.group(gid).send({ text: forwardedText(client, entry) });
          openGroup(gid);
        }, { class: "hit" });
        node.append(other > 0 ? avatar(other, name) : groupAvatar(gid, name), bdi(name));
        return el("li", {}, node);
      }));
    };
    find.addEventListener("input", render);
    return { nodes: [find, none, list, el("div", { class: "buttons" }, button(t.cancel, close))], render };
  });
}

function mayWrite({ kind, role }: GroupSummary): boolean {
  return kind !== GroupKind.BROADCAST || role >= Role.ADMIN;
}

// Whom it mentions is not called a second time, in another group: mentions stay letters.
export function forwardedText(client: Pick<Client, "uid" | "users">, { sender, body }: Pick<Entry, "sender" | "body">): string {
  const text = decodeBody(body)?.text ?? "";
  if (sender === client.uid) return text;
  const quoted = text.split("\n").map((line) => `> ${line}`).join("\n");
  return `${client.users.name(sender) ?? t.someone(sender)}:\n${quoted}`;
}
