// The key, then the views. The key is kept in memory alone.

import "./style.css";
import { button, el, setText } from "../../app/src/dom";
import { AdminApi, Refusal } from "./api";
import { Audit } from "./audit";
import { Bans } from "./bans";
import { Groups } from "./groups";
import { Notice } from "./notice";
import { Overview } from "./overview";
import { Registration } from "./registration";
import { Reports } from "./reports";
import { pageLanguage, t } from "./texts";
import { Users } from "./users";
import { Watch } from "./watch";

const NAME = "stentor.operator";

interface View {
  element: HTMLElement;
  close(): void;
}

document.documentElement.lang = pageLanguage;
document.title = t.title;
const root = document.querySelector<HTMLElement>("#admin");
if (root) ask(root);

function ask(root: HTMLElement): void {
  const key = el("input", { id: "key", type: "password", required: true, autocomplete: "off" });
  const name = el("input", { id: "operator", maxlength: 40, autocomplete: "name", value: localStorage.getItem(NAME) ?? "" });
  const problem = el("p", { class: "notice bad", role: "alert" });
  const form = el("form", { class: "card" }, el("h1", {}, t.title), el("label", { for: key.id }, t.key), key, el("p", { class: "soft" }, t.keyHint),
    el("label", { for: name.id }, t.operatorName), name, problem, el("button", { type: "submit", class: "primary" }, t.enter));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const operator = name.value.trim();
    const api = new AdminApi(key.value.trim(), operator);
    localStorage.setItem(NAME, operator);
    api.groups(0).then(
      () => enter(root, api),
      (error: unknown) => setText(problem, error instanceof Refusal && error.status === 401 ? t.wrongKey : t.noAnswer),
    );
  });
  root.replaceChildren(el("main", {}, form));
  key.focus();
}

function enter(root: HTMLElement, api: AdminApi): void {
  const notice = new Notice();
  const watch = new Watch(api);
  const place = el("main");
  let shown: View | undefined;
  const views: [string, () => View][] = [
    [t.overview, () => new Overview(watch, api, notice)],
    [t.users, () => new Users(api, notice)],
    [t.groups, () => new Groups(api, notice)],
    [t.reports, () => new Reports(api, notice)],
    [t.registration, () => new Registration(api, notice)],
    [t.bans, () => new Bans(api, notice)],
    [t.audit, () => new Audit(api, notice)],
  ];
  const tabs = views.map(([name, make]) =>
    button(name, () => {
      shown?.close();
      notice.say("");
      shown = make();
      place.replaceChildren(shown.element);
      for (const tab of tabs) tab.setAttribute("aria-current", String(tab.textContent === name));
    }),
  );
  root.replaceChildren(el("header", {}, el("h1", {}, "Stentor"), el("nav", { "aria-label": t.title }, ...tabs)), place, notice.element);
  tabs[0]?.click();
}
