// Addresses and networks that may not come in, until when, and why.

import { button, el } from "../../app/src/dom";
import type { AddressBan, AdminApi } from "./api";
import { refusedField, said, type Notice } from "./notice";
import { Table } from "./table";
import { t } from "./texts";

const HOURS_MAX = 366 * 24;

export class Bans {
  readonly element = el("section", { class: "bans" });
  readonly #table: Table<AddressBan, string>;

  constructor(
    private readonly api: AdminApi,
    private readonly notice: Notice,
  ) {
    this.#table = new Table(
      [t.network, t.reason, t.until, t.state, ""],
      "",
      async () => ({ rows: (await api.bans()).bans, next: "" }),
      (ban) => [ban.network, el("bdi", {}, ban.reason), new Date(ban.ends_ms).toLocaleString(), ban.over ? t.over : t.banned, this.#lift(ban)],
    );
    this.element.append(el("p", { class: "soft" }, t.bansHint), this.#newBan(), this.#table.element);
    void said(notice, this.#table.load()).then((good) => good && notice.say(""));
  }

  close(): void {}

  #lift({ network }: AddressBan): HTMLElement {
    const lift = async () => {
      await said(this.notice, this.api.post("bans/end", { network }));
      await this.#table.load();
    };
    return button(t.unban, () => confirm(t.sure(`${t.unban}: ${network}`)) && void lift(), { "aria-label": `${t.unban}: ${network}` });
  }

  #newBan(): HTMLElement {
    const network = el("input", { name: "network", required: true, autocomplete: "off", placeholder: "192.0.2.0/24", spellcheck: "false" });
    const reason = el("input", { name: "reason", required: true, autocomplete: "off", placeholder: t.reasonHint });
    const hours = el("input", { name: "hours", type: "number", required: true, min: 1, max: HOURS_MAX, value: "24" });
    const fields = [network, reason, hours];
    const labels: [string, HTMLInputElement][] = [[t.network, network], [t.reason, reason], [t.hours, hours]];
    const form = el("form", { class: "line" }, ...labels.map(([label, input]) => el("label", {}, label, " ", input)), el("button", { type: "submit", class: "danger" }, t.ban));
    const add = async () => {
      for (const field of fields) field.removeAttribute("aria-invalid");
      const made = this.api.post("bans", { network: network.value.trim(), reason: reason.value.trim(), hours: hours.valueAsNumber });
      if (!(await said(this.notice, made))) {
        const named = await refusedField(made);
        const wrong = fields.find(({ name }) => name === named);
        wrong?.setAttribute("aria-invalid", "true");
        return wrong?.focus();
      }
      form.reset();
      await this.#table.load();
      return network.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void add();
    });
    return form;
  }
}
