// My groups, newest activity first, with what is unread; below it, who I am.

import { decodeBody, GroupKind, UNREAD_MANY, type Client, type GroupSummary } from "@stentor/sdk";
import { excerptOf } from "./body";
import { askJoin, askNewGroup } from "./dialogs";
import { avatar, bdi, button, el, icon, iconButton, isLookedAt, setText } from "./dom";
import { listTime, t } from "./texts";
import type { Status } from "./status";

const PREVIEW_LETTERS = 120;
// This near to the end of the list, in pixels, more of it is fetched.
const NEAR = 300;

export function unreadOf(client: Client, summary: GroupSummary): number {
  const group = client.watched(summary.gid);
  return group?.state === "open" ? group.reader.unread() : summary.unread;
}

export class Sidebar {
  readonly element: HTMLElement;
  readonly #list = el("ul", { class: "groups" });
  readonly #empty = el("div", { class: "empty" });
  readonly #me: HTMLButtonElement;
  #shown = "";

  constructor(
    private readonly client: Client,
    status: Status,
    { account, signOut }: { account(): void; signOut(): void },
  ) {
    this.#me = button("", account, { class: "link me", title: t.account });
    this.#empty.append(
      el("h2", {}, t.noGroups),
      el("p", {}, t.noGroupsText),
      button(t.newGroup, () => askNewGroup(client), { class: "primary" }),
    );
    this.#list.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#list;
      if (scrollHeight - scrollTop - clientHeight < NEAR) client.directory.more();
    }, { passive: true });
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
      unread: group.gid === current && isLookedAt() ? 0 : unreadOf(this.client, group),
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
  preview: Preview;
  time: string;
  name: string;
}

function rowOf({ group, current, unread, preview, time, name }: Row): HTMLElement {
  const many = unread >= UNREAD_MANY ? "99+" : String(unread);
  const badge = el("span", { class: group.muted ? "badge quiet" : "badge", "aria-label": t.unread(many) }, many);
  return el("li", {},
    el("a", { href: `#/g/${group.gid}`, "aria-current": current ? "page" : undefined, class: unread > 0 ? "fresh" : undefined },
      avatar(group.gid, name),
      el("span", { class: "who" }, bdi(name), group.muted && quietMark()),
      el("time", {}, time),
      el("span", { class: "preview" }, preview.sender !== "" && bdi(preview.sender), preview.sender !== "" && ": ", bdi(preview.text)),
      unread > 0 && badge,
    ),
  );
}

function quietMark(): HTMLElement {
  const mark = el("span", { class: "quiet-mark", title: t.muted, role: "img", "aria-label": t.muted });
  mark.append(icon("quiet"));
  return mark;
}

interface Preview {
  sender: string;
  text: string;
}

function previewOf(client: Client, { gid, last, kind }: GroupSummary): Preview {
  if (!last || client.watched(gid)?.marks.hidden.has(last.seq)) return { sender: "", text: "" };
  const text = last.recalled ? t.recalled : excerptOf(decodeBody(last.body), PREVIEW_LETTERS);
  if (last.sender === 0) return { sender: "", text };
  const mine = last.sender === client.uid;
  if (kind === GroupKind.DIRECT && !mine) return { sender: "", text };
  return { sender: mine ? t.you : (client.users.name(last.sender) ?? ""), text };
}
