// The first thing that anybody sees: sign in, or create an account.

import { enter, isAccount, type Account, type ApiRefusal } from "./account";
import { el, setText } from "./dom";
import { t } from "./texts";
import { wordsOf } from "./words";

export const PASSWORD_LEAST = 8;

type Way = "sign-in" | "sign-up";

export function signInPage(root: HTMLElement, notice: string, done: (account: Account) => void): void {
  let way: Way = "sign-up";
  let closed = false;
  const name = el("input", { id: "name", name: "username", autocomplete: "username", required: true, maxlength: 64, autocapitalize: "none", spellcheck: "false" });
  const password = el("input", { id: "password", name: "password", type: "password", required: true, minlength: PASSWORD_LEAST, maxlength: 128, "aria-describedby": "password-hint" });
  // Asked for once the server has said that it needs one.
  const token = el("input", { id: "registration", autocomplete: "off", maxlength: 128, autocapitalize: "none", spellcheck: "false" });
  const registration = el("div", { hidden: true }, el("label", { for: "registration" }, t.registrationToken), token);
  const show = el("input", { type: "checkbox", id: "show" });
  const hint = el("span", { id: "password-hint", class: "hint" });
  const error = el("p", { class: "error", role: "alert" }, notice);
  const submit = el("button", { type: "submit", class: "primary wide" });
  const title = el("h2", {});
  const question = el("span", {});
  const other = el("button", { type: "button", class: "link" });

  const form = el("form", {},
    title,
    el("label", { for: "name" }, t.name), name,
    el("label", { for: "password" }, t.password), password, hint,
    registration,
    el("label", { class: "check" }, show, t.showPassword),
    error, submit,
    el("p", { class: "switch" }, question, " ", other),
  );

  const turn = (to: Way) => {
    way = to;
    const up = to === "sign-up";
    setText(title, up ? t.signUp : t.signIn);
    setText(submit, up ? t.signUp : t.signIn);
    setText(question, up ? t.haveAccount : t.newHere);
    setText(other, up ? t.signIn : t.signUp);
    setText(hint, up ? t.passwordHint(PASSWORD_LEAST) : "");
    registration.hidden = !up || !closed;
    password.autocomplete = up ? "new-password" : "current-password";
  };
  other.addEventListener("click", () => {
    setText(error, "");
    turn(way === "sign-up" ? "sign-in" : "sign-up");
    name.focus();
  });
  show.addEventListener("change", () => {
    password.type = show.checked ? "text" : "password";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    setText(error, "");
    setText(submit, t.working);
    submit.disabled = true;
    void enter(way, name.value.trim(), password.value, way === "sign-up" ? token.value.trim() : "").then((answer) => {
      submit.disabled = false;
      closed ||= !isAccount(answer) && (answer.field === "sign_up" || answer.field === "token");
      turn(way);
      if (isAccount(answer)) return done(answer);
      setText(error, refusalWords(answer));
      const wrong = answer.field === "password" ? password : registration.hidden ? name : token;
      wrong.focus();
      return undefined;
    });
  });

  turn(localStorage.getItem("stentor.device") ? "sign-in" : "sign-up");
  const mark = el("img", { src: "/icon.svg", alt: "", width: 56, height: 56 });
  root.replaceChildren(
    el("main", { class: "welcome" },
      el("header", {}, mark, el("h1", {}, "Stentor"), el("p", {}, t.tagline)),
      form,
    ),
  );
  name.focus();
}

export function refusalWords({ number, ...refusal }: ApiRefusal): string {
  return number === 0 ? t.noServer : wordsOf({ code: number, ...refusal });
}
