// Accounts: searched by the beginning of the name, and what is done with one.

import { button, el } from "../../app/src/dom";
import type { AdminApi, User } from "./api";
import { said, type Notice } from "./notice";
import { lineForm, Table } from "./table";
import { t } from "./texts";

export class Users {
  readonly element = el("section", { class: "users" });
  readonly #table: Table<User, string>;
  #prefix = "";

  constructor(
    private readonly api: AdminApi,
    private readonly notice: Notice,
  ) {
    this.#table = new Table(
      [t.number, t.name, t.state, ""],
      "",
      async (after) => {
        const { users, next } = await api.users(this.#prefix, after);
        return { rows: users, next };
      },
      (user) => [String(user.uid), el("bdi", {}, user.name), user.disabled ? t.disabled : t.enabled, this.#acts(user)],
    );
    this.element.append(
      lineForm(t.search, t.find, (prefix) => this.#find(prefix), "search"),
      this.#table.element,
      this.#newUser(),
    );
    this.#find("");
  }

  close(): void {}

  #find(prefix: string): void {
    this.#prefix = prefix;
    void said(this.notice, this.#table.load()).then((good) => good && this.notice.say(""));
  }

  async #act(user: User, act: string, body: Record<string, string> = {}): Promise<void> {
    const done = await said(this.notice, this.api.post(`users/${user.uid}/${act}`, body));
    if (!done) return;
    await this.#table.load();
  }

  // Their groups and all that they wrote, page by page: a page that was refused in part is told at the end.
  async #erase(user: User): Promise<void> {
    let at = { gid: 0, seq: 0 };
    let erased = 0;
    let left = 0;
    let refused = 0;
    const all = async () => {
      do {
        const page = await this.api.erase(user.uid, at);
        erased += page.erased;
        left += page.left;
        refused += page.refused;
        at = { gid: page.next_gid, seq: page.next_seq };
      } while (at.gid);
    };
    if (await said(this.notice, all())) this.notice.say(t.erased(erased, left, refused));
  }

  #acts(user: User): HTMLElement {
    const ask = (what: string, act: string) => () => {
      if (confirm(t.sure(`${what}: ${user.name}`))) void this.#act(user, act);
    };
    return el(
      "div",
      { class: "acts" },
      user.disabled ? button(t.enable, ask(t.enable, "enable")) : button(t.disable, ask(t.disable, "disable"), { class: "danger" }),
      button(t.signOut, ask(t.signOut, "sign-out")),
      el("details", {}, el("summary", {}, t.acts),
        lineForm(t.password, t.save, (password) => void this.#act(user, "password", { password }), "password", { autocomplete: "new-password" }),
        button(t.erase, () => confirm(t.sureForGood(`${t.erase}: ${user.name}`)) && void this.#erase(user), { class: "danger" })),
    );
  }

  #newUser(): HTMLElement {
    const name = el("input", { autocomplete: "off" });
    const password = el("input", { type: "password", autocomplete: "new-password" });
    const form = el("form", { class: "line new-user" }, el("label", {}, t.name, " ", name), el("label", {}, t.password, " ", password), el("button", { type: "submit" }, t.addUser));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void said(this.notice, this.api.post("users", { name: name.value, password: password.value })).then((done) => {
        if (!done) return;
        form.reset();
        void this.#table.load();
      });
    });
    return form;
  }
}
