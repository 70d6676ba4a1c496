// Groups, and the one that is open.

import { button, el } from "../../app/src/dom";
import type { AdminApi, Group } from "./api";
import { groupPage } from "./group_page";
import { said, type Notice } from "./notice";
import { lineForm, Table } from "./table";
import { t } from "./texts";

export class Groups {
  readonly element = el("section", { class: "groups" });
  readonly #table: Table<Group, number>;

  constructor(
    private readonly api: AdminApi,
    private readonly notice: Notice,
  ) {
    this.#table = new Table(
      [t.number, t.name, t.kind, t.members, t.entries, ""],
      0,
      async (after) => {
        const { groups, next } = await api.groups(after);
        return { rows: groups, next };
      },
      (group) => [group.gid, el("bdi", {}, group.name), group.kind, group.members, group.head, button(t.open, () => this.#open(group))],
    );
    this.#list();
  }

  close(): void {}

  #list(): void {
    const announce = lineForm(t.announce, t.send, (text) => void said(this.notice, this.api.post("broadcast", { text })));
    this.element.replaceChildren(announce, this.#table.element);
    void said(this.notice, this.#table.load()).then((good) => good && this.notice.say(""));
  }

  #open(group: Group): void {
    this.element.replaceChildren(button(t.back, () => this.#list()), groupPage(this.api, this.notice, group));
  }
}
