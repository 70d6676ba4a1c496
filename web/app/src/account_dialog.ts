// Who I am, where I am signed in, and how that ends.

import { changePassword, endSession, isRefusal, sessions, type Account, type ApiRefusal, type Session } from "./account";
import { agentWords } from "./agent";
import { openDialog, say } from "./dialog";
import { button, el, setText } from "./dom";
import { PASSWORD_LEAST, refusalWords } from "./sign_in";
import { askErase } from "./profile/erase_dialog";
import { looksSection } from "./profile/looks";
import { ownDataSection } from "./profile/own_data";
import { profileSection } from "./profile/profile_section";
import { t } from "./profile/texts";
import { clockTime, dayName, wholeTime } from "./texts";
import { pushSection } from "./web_push/section";
import "./lists.css";

export interface AccountPort {
  account: Account;
  // The account is no more; says so.
  erased(words: string): void;
  signOut(everywhere: boolean): void;
  passwordChanged(): void;
  // Another name, or another picture.
  named(name: string): void;
}

export function showAccount(port: AccountPort): void {
  openDialog(t.account, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const list = el("ul", { class: "people sessions" }, el("li", { class: "hint" }, t.loading));
    const load = () => void sessions(port.account).then((all) => {
      if (isRefusal(all)) return list.replaceChildren(el("li", { class: "hint" }, all.number === 0 ? t.noServer : t.sessionsNone));
      list.replaceChildren(...all.map((one) => sessionNode(port, one, load, error)));
    });
    load();
    const everywhere = button(t.signOutEverywhere, () => {
      close();
      askEverywhere(port);
    }, { class: "danger" });
    return {
      nodes: [
        profileSection(port.account, (name) => port.named(name)),
        el("h3", {}, t.sessions), list, error, looksSection(), pushSection(port.account), ownDataSection(port.account),
        el("div", { class: "buttons" },
          button(t.erase, () => {
            close();
            askErase(port.account, (words) => port.erased(words));
          }, { class: "danger" }), everywhere, button(t.changePassword, () => {
            close();
            askPassword(port);
          }), button(t.close, close, { class: "primary" })),
      ],
    };
  });
}

function sessionNode({ account }: AccountPort, { id, client, address, current }: Session, load: () => void, error: HTMLElement): HTMLElement {
  const about = [address, t.sessionSince(`${dayName(id)}, ${clockTime(id)}`)].filter(Boolean).join(" · ");
  const end = button(t.sessionEnd, () => {
    end.disabled = true;
    void endSession(account, id).then((refusal) => {
      setText(error, refusal ? refusalWords(refusal) : "");
      load();
    });
  });
  return el("li", { "data-session": id },
    el("span", { class: "who" }, el("span", { title: client }, agentWords(client) || "–"), el("span", { class: "hint", title: wholeTime(id) }, about)),
    current ? el("span", { class: "hint here" }, t.sessionHere) : end,
  );
}

function askEverywhere(port: AccountPort): void {
  openDialog(t.signOutEverywhere, (close) => {
    const yes = button(t.signOutEverywhere, () => {
      close();
      port.signOut(true);
    }, { class: "danger" });
    return { nodes: [el("p", {}, t.signOutEverywhereAsk), el("div", { class: "buttons" }, button(t.cancel, close), yes)] };
  });
}

function passwordField(id: string, autocomplete: string): HTMLInputElement {
  return el("input", { id, type: "password", required: true, autocomplete, maxlength: 128 });
}

function askPassword(port: AccountPort): void {
  openDialog(t.changePassword, (close) => {
    const old = passwordField("old-password", "current-password");
    const wanted = passwordField("new-password", "new-password");
    wanted.minLength = PASSWORD_LEAST;
    const error = el("p", { class: "error", role: "alert" });
    const save = el("button", { type: "submit", class: "primary" }, t.changePassword);
    const form = el("form", {},
      // For whoever keeps passwords: whose it is.
      el("input", { type: "text", name: "username", autocomplete: "username", value: port.account.name, hidden: true, readonly: true }),
      el("label", { for: old.id }, t.passwordOld), old,
      el("label", { for: wanted.id }, t.passwordNew), wanted,
      el("span", { class: "hint" }, t.passwordHint(PASSWORD_LEAST)), error,
      el("div", { class: "buttons" }, button(t.cancel, close), save),
    );
    const answered = (answer: Account | ApiRefusal) => {
      save.disabled = false;
      if (!isRefusal(answer)) {
        close();
        port.passwordChanged();
        return say(t.changePassword, t.passwordChanged);
      }
      setText(error, refusalWords(answer));
      (answer.field === "old" ? old : wanted).focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save.disabled = true;
      void changePassword(port.account, old.value, wanted.value).then(answered);
    });
    return { nodes: [form] };
  });
}
