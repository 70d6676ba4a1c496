// To a day, a number, the first unread, the beginning of a group. Where that is, a link says: the page follows it.

import type { Group } from "@stentor/sdk";
import { failureWords, openDialog, say } from "./dialog";
import { beginOf } from "./days";
import { button, el, setText } from "./dom";
import { t } from "./finding_texts";
import "./lists.css";

export function askGoTo(group: Group): void {
  openDialog(t.goToTitle, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const go = (seq: number) => {
      close();
      location.hash = `#/g/${group.gid}/${seq}`;
    };
    const unread = group.reader.unread() > 0 && group.reader.shown >= group.floor;
    return {
      nodes: [
        dateForm(group, go, error), numberForm(group, go, error), error,
        el("div", { class: "buttons" }, button(t.close, close),
          button(t.goToBeginning, () => go(group.floor + 1)),
          unread && button(t.goToUnread, () => go(group.reader.shown + 1), { class: "primary" })),
      ],
    };
  });
}

// There is such a number, but not for this reader, or not yet.
export function sayNotThere(seq: number, floor: number): void {
  say(t.notThere, seq <= floor ? t.notThereBefore : t.notThereYet);
}

// The day begins here when it begins for whoever asks.
function dateForm(group: Group, go: (seq: number) => void, error: HTMLElement): HTMLElement {
  const day = el("input", { id: "go-day", type: "date", required: true });
  return formOf(t.goToDate, day, () => {
    setText(error, "");
    group.entryCommands.near(beginOf(day.value), (near) => {
      if ("failure" in near) setText(error, failureWords(near.failure));
      else if (!near.entry) setText(error, t.goToNone);
      else go(near.entry.seq);
    });
  });
}

function numberForm(group: Group, go: (seq: number) => void, error: HTMLElement): HTMLElement {
  const number = el("input", { id: "go-number", type: "number", inputmode: "numeric", required: true });
  return formOf(t.goToNumber, number, () => {
    const { floor, head } = group;
    const seq = Number(number.value);
    if (Number.isSafeInteger(seq) && seq > floor && seq <= head) return go(seq);
    return setText(error, head > floor ? t.goToBad(floor + 1, head) : t.goToNone);
  });
}

function formOf(label: string, input: HTMLInputElement, submitted: () => void): HTMLElement {
  const form = el("form", {}, el("label", { for: input.id }, label),
    el("div", { class: "search" }, input, el("button", { type: "submit" }, t.go)));
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value !== "") submitted();
  });
  return form;
}
