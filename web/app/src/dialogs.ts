// Small questions: a new group, joining, inviting, leaving.

import { Code, type Client, type Group, type Ready } from "@stentor/sdk";
import { button, el, setText } from "./dom";
import { gidIn, linkTo, openGroup } from "./links";
import { t } from "./texts";
import { wordsOf } from "./words";

function openDialog(title: string, content: (close: () => void) => Node[]): void {
  const dialog = el("dialog", { "aria-label": title });
  dialog.append(el("h2", {}, title), ...content(() => dialog.close()));
  dialog.addEventListener("close", () => dialog.remove());
  // A click beside it lands on the dialog itself, one inside on something in it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

interface Question {
  title: string;
  label: string;
  action: string;
  maxlength: number;
  option?: string;
  // Says what went wrong, or closes.
  answered(value: string, fail: (words: string) => void, close: () => void, option: boolean): void;
}

function ask({ title, label, action, maxlength, option, answered }: Question): void {
  openDialog(title, (close) => {
    const input = el("input", { id: "answer", required: true, maxlength, autocomplete: "off" });
    const check = el("input", { type: "checkbox", checked: true });
    const error = el("p", { class: "error", role: "alert" });
    const submit = el("button", { type: "submit", class: "primary" }, action);
    const form = el("form", {},
      el("label", { for: "answer" }, label), input,
      option !== undefined && el("label", { class: "check" }, check, option),
      error,
      el("div", { class: "buttons" }, button(t.cancel, close), submit),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit.disabled = true;
      const fail = (words: string) => {
        submit.disabled = false;
        setText(error, words);
        input.focus();
      };
      answered(input.value.trim(), fail, close, check.checked);
    });
    return [form];
  });
}

function goOrSay(ready: Ready, fail: (words: string) => void, close: () => void): void {
  if (ready === "offline") return fail(t.noServer);
  if ("refused" in ready) return fail(wordsOf(ready.refused));
  close();
  openGroup(ready.gid);
}

export function askNewGroup(client: Client): void {
  ask({
    title: t.newGroup, label: t.groupName, action: t.create, maxlength: 64, option: t.historyForJoiners,
    answered: (name, fail, close, history) => client.create({ name, historyForJoiners: history }, (ready) => goOrSay(ready, fail, close)),
  });
}

export function askJoin(client: Client): void {
  ask({
    title: t.joinGroup, label: t.joinHint, action: t.join, maxlength: 300,
    answered: (text, fail, close) => {
      const gid = gidIn(text);
      if (gid === undefined) return fail(t.joinBad);
      client.join(gid, (ready) => goOrSay(ready, fail, close));
    },
  });
}

export function showShare(gid: number): void {
  openDialog(t.share, (close) => {
    const link = el("input", { readonly: true, value: linkTo(gid), "aria-label": t.share });
    link.addEventListener("focus", () => link.select());
    const copy = button(t.copy, () => {
      link.select();
      void navigator.clipboard?.writeText(link.value).then(() => setText(copy, t.copied));
    }, { class: "primary" });
    return [el("p", {}, t.shareText), link, el("div", { class: "buttons" }, button(t.close, close), copy)];
  });
}

export function askLeave(client: Client, gid: number, name: string): void {
  openDialog(t.leave, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const leave = button(t.leave, () => {
      client.leave(gid, (answer) => {
        if (answer.case === "refused") {
          const owner = answer.value.code === Code.NOT_PERMITTED;
          return setText(error, owner ? t.ownerStays : wordsOf(answer.value));
        }
        if (answer.case !== "done") return setText(error, t.noServer);
        close();
        location.hash = "#/";
      });
    }, { class: "danger" });
    return [el("p", {}, t.leaveAsk(name)), error, el("div", { class: "buttons" }, button(t.cancel, close), leave)];
  });
}

// What the digest says, so that two people can compare it.
export function showVerified({ log }: Group): void {
  openDialog(t.verifyTitle, (close) => {
    const hex = Array.from(log.digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [
      el("p", {}, t.verifyText),
      el("p", { class: "fingerprint" }, hex.replace(/(.{4})(?=.)/g, "$1 ").replace(/^(.{19}) /, "$1\n")),
      el("p", { class: "hint" }, t.verifyFrom(log.first, log.last)),
      el("div", { class: "buttons" }, button(t.close, close, { class: "primary" })),
    ];
  });
}
