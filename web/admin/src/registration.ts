// Registration tokens: who bears one makes an account while sign-up is closed.

import { button, el } from "../../app/src/dom";
import type { AdminApi, RegistrationToken } from "./api";
import { said, type Notice } from "./notice";
import { Table } from "./table";
import { t } from "./texts";

export class Registration {
  readonly element = el("section", { class: "registration" });
  readonly #table: Table<RegistrationToken, string>;
  // Shown once: the server keeps no more than its hash.
  readonly #made = el("output", { class: "made" });

  constructor(
    private readonly api: AdminApi,
    private readonly notice: Notice,
  ) {
    this.#table = new Table(
      [t.name, t.uses, t.until, t.state, ""],
      "",
      async () => ({ rows: (await api.registration()).tokens, next: "" }),
      (token) => [el("bdi", {}, token.name), `${token.uses} / ${token.uses_max}`, new Date(token.expires_ms).toLocaleString(), token.over ? t.over : t.good, this.#end(token)],
    );
    this.element.append(el("p", { class: "soft" }, t.registrationHint), this.#table.element, this.#newToken(), this.#made);
    void said(notice, this.#table.load()).then((good) => good && notice.say(""));
  }

  close(): void {}

  #end(token: RegistrationToken): HTMLElement {
    const end = async () => {
      if (await said(this.notice, this.api.post("registration/end", { id: token.id }))) await this.#table.load();
    };
    return button(t.end, () => confirm(t.sure(`${t.end}: ${token.name}`)) && void end(), { class: "danger" });
  }

  #newToken(): HTMLElement {
    const name = el("input", { name: "name", autocomplete: "off", required: true });
    const uses = el("input", { type: "number", min: 1, value: "1" });
    const hours = el("input", { type: "number", min: 1, value: "168" });
    const form = el("form", { class: "line" }, el("label", {}, t.name, " ", name), el("label", {}, t.uses, " ", uses), el("label", {}, t.hours, " ", hours), el("button", { type: "submit" }, t.newToken));
    const add = async () => {
      const body = { name: name.value, uses_max: uses.valueAsNumber, hours: hours.valueAsNumber };
      const made = this.api.post<{ token: string }>("registration", body);
      if (!(await said(this.notice, made))) return;
      this.#made.value = (await made).token;
      form.reset();
      await this.#table.load();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void add();
    });
    return form;
  }
}
