// Dialogs: a frame for what is asked in one, and the plain question.

import type { Failure } from "@stentor/sdk";
import { button, composes, el, setText } from "./dom";
import { t } from "./texts";
import { wordsOf } from "./words";

// Drawn again with the page, as long as they are open.
const live = new Map<HTMLDialogElement, () => void>();

export function renderDialogs(): void {
  for (const render of live.values()) render();
}

// Whoever opened them is signing out.
export function closeDialogs(): void {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

export interface Content {
  nodes: Node[];
  // Shows something that changes by itself.
  render?: () => void;
}

// Returns what closes it. `closed` is called once, however it ends. `show`: elsewhere than over the page.
export function openDialog(title: string, content: (close: () => void) => Content, closed: () => void = () => {}, show = over): () => void {
  const dialog = el("dialog", { "aria-label": title });
  const close = () => dialog.close();
  const { nodes, render } = content(close);
  dialog.append(el("h2", {}, title), ...nodes);
  dialog.addEventListener("close", () => {
    live.delete(dialog);
    dialog.remove();
    closed();
  });
  // A click beside it lands on the dialog itself, one inside on something in it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && dialog.matches(":modal")) dialog.close();
  });
  // A browser takes the first press to empty the field.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || composes(event) || !(event.target instanceof HTMLInputElement) || event.target.type !== "search") return;
    event.preventDefault();
    dialog.close();
  });
  show(dialog);
  if (render) {
    live.set(dialog, render);
    render();
  }
  return close;
}

function over(dialog: HTMLDialogElement): void {
  document.body.append(dialog);
  dialog.showModal();
}

export interface Question {
  title: string;
  label: string;
  action: string;
  maxlength: number;
  // What else is asked, below the line.
  besides?: Node[];
  // Says what went wrong, or closes.
  answered(value: string, fail: (words: string) => void, close: () => void): void;
}

export function ask({ title, label, action, maxlength, besides = [], answered }: Question): void {
  openDialog(title, (close) => {
    const input = el("input", { id: "answer", required: true, maxlength, autocomplete: "off" });
    const error = el("p", { class: "error", role: "alert" });
    const submit = el("button", { type: "submit", class: "primary" }, action);
    const form = el("form", {},
      el("label", { for: "answer" }, label), input, ...besides, error,
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
      answered(input.value.trim(), fail, close);
    });
    return { nodes: [form] };
  });
}

// Something that cannot be taken back.
export function sure(title: string, text: string, action: string, run: (ended: (failure?: Failure) => void) => void): void {
  openDialog(title, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const yes = button(action, () => {
      yes.disabled = true;
      run((failure) => {
        yes.disabled = false;
        if (failure) setText(error, failureWords(failure));
        else close();
      });
    }, { class: "danger" });
    return { nodes: [el("p", {}, text), error, el("div", { class: "buttons" }, button(t.cancel, close), yes)] };
  });
}

// Only heard of when it went wrong.
export function sayFailure(failure?: Failure): void {
  if (failure) say(t.failed, failureWords(failure), { class: "error", role: "alert" });
}

export function say(title: string, words: string, attributes: Record<string, string> = {}, more: Node[] = []): void {
  openDialog(title, (close) => ({
    nodes: [el("p", attributes, words), ...more, el("div", { class: "buttons" }, button(t.close, close, { class: "primary" }))],
  }));
}

// Something is on its way; closing it says that it is not wanted any more. Returns what closes it.
export function sayComing(closed: () => void): () => void {
  return openDialog(t.loading, (close) => ({
    nodes: [el("div", { class: "buttons", role: "status" }, button(t.cancel, close))],
  }), closed);
}

// For what a person wrote and nobody took, or could not be copied.
export function sayText(title: string, words: string, text: string): void {
  const field = el("textarea", { class: "written", readonly: true, rows: 4, "aria-label": words });
  field.value = text;
  say(title, words, {}, [field]);
  field.select();
}

export function failureWords(failure: Failure): string {
  return failure === "offline" ? t.noServer : wordsOf(failure);
}
