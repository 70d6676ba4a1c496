// My groups, newest activity first, with what is unread; below it, who I am.

import { decodeBody, UNREAD_MANY, type Client, type GroupSummary } from "@stentor/sdk";
import { askJoin, askNewGroup } from "./dialogs";
import { avatar, button, el, iconButton, setText } from "./dom";
import { listTime, t } from "./texts";
import type { Status } from "./status";

export function unreadOf(client: Client, summary: GroupSummary): number {
  const group = client.watched(summary.gid);
  return group?.state === "open" ? group.reader.unread() : summary.unread;
}

export class Sidebar {
  readonly element: HTMLElement;
  readonly #list = el("ul", { class: "groups" });
  readonly #empty = el("div", { class: "empty" });
  readonly #me = el("span", { class: "me" });
  #shown = "";

  constructor(
    private readonly client: Client,
    status: Status,
    signOut: () => void,
  ) {
    this.#empty.append(
      el("h2", {}, t.noGroups),
      el("p", {}, t.noGroupsText),
      button(t.newGroup, () => askNewGroup(client), { class: "primary" }),
    );
    this.element = el("nav", { class: "sidebar", "aria-label": t.groups },
      el("header", { class: "bar" },
        el("h1", {}, t.groups),
        iconButton("link", t.joinGroup, () => askJoin(client)),
        iconButton("plus", t.newGroup, () => askNewGroup(client)),
      ),
      status.element,
      this.#list, this.#empty,
      el("footer", {}, this.#me, button(t.signOut, signOut, { class: "link" })),
    );
  }

  render(current: number | undefined): void {
    const { directory, name } = this.client;
    setText(this.#me, name);
    this.#empty.hidden = !directory.loaded || directory.groups.length > 0;
    this.#list.hidden = !this.#empty.hidden;
    const rows = directory.groups.map((group) => ({
      group,
      current: group.gid === current,
      unread: group.gid === current && document.visibilityState === "visible" ? 0 : unreadOf(this.client, group),
      preview: previewOf(this.client, group),
      time: listTime(group.activityMs),
      name: group.name || `#${group.gid}`,
    }));
    // Most changes elsewhere on the page change nothing here.
    const shown = JSON.stringify(rows.map((row) => ({ ...row, group: row.group.gid, muted: row.group.muted })));
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = document.activeElement?.getAttribute("href");
    this.#list.replaceChildren(...rows.map(rowOf));
    if (focused) this.#list.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

interface Row {
  group: GroupSummary;
  current: boolean;
  unread: number;
  preview: string;
  time: string;
  name: string;
}

function rowOf({ group, current, unread, preview, time, name }: Row): HTMLElement {
  const many = unread >= UNREAD_MANY ? "99+" : String(unread);
  const badge = el("span", { class: group.muted ? "badge quiet" : "badge", "aria-label": t.unread(many) }, many);
  return el("li", {},
    el("a", { href: `#/g/${group.gid}`, "aria-current": current ? "page" : undefined, class: unread > 0 ? "fresh" : undefined },
      avatar(group.gid, name),
      el("span", { class: "who" }, name),
      el("time", {}, time),
      el("span", { class: "preview" }, preview),
      unread > 0 && badge,
    ),
  );
}

function previewOf(client: Client, { last }: GroupSummary): string {
  if (!last) return "";
  if (last.recalled) return t.recalled;
  const text = (decodeBody(last.body)?.text ?? "").slice(0, 120).replace(/\s+/g, " ");
  if (last.sender === 0) return text;
  const sender = last.sender === client.uid ? t.you : client.users.name(last.sender);
  return sender ? `${sender}: ${text}` : text;
}
