// The end of an account, with what follows from it.

import type { Account } from "../account";
import { openDialog } from "../dialog";
import { button, el, setText } from "../dom";
import { refusalWords } from "../sign_in";
import { eraseAccount } from "./requests";
import { t } from "./texts";
import "../lists.css";

export function askErase(account: Account, erased: (words: string) => void): void {
  openDialog(t.eraseTitle, (close) => {
    const password = el("input", { id: "erase-password", type: "password", required: true, autocomplete: "current-password", maxlength: 128 });
    const error = el("p", { class: "error", role: "alert" });
    const sure = el("button", { type: "submit", class: "danger" }, t.eraseSure);
    const form = el("form", {},
      el("ul", { class: "consequences" }, ...t.eraseText.map((words) => el("li", {}, words))),
      el("input", { type: "text", name: "username", autocomplete: "username", value: account.name, hidden: true, readonly: true }),
      el("label", { for: password.id }, t.erasePassword), password, error,
      el("div", { class: "buttons" }, button(t.cancel, close), sure),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sure.disabled = true;
      void eraseAccount(account, password.value).then((refusal) => {
        sure.disabled = false;
        if (refusal) {
          setText(error, refusalWords(refusal));
          return password.focus();
        }
        close();
        return erased(t.erased);
      });
    });
    return { nodes: [form] };
  });
}
