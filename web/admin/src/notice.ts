// One line that says how the last act ended.

import { el, setText } from "../../app/src/dom";
import { Refusal } from "./api";
import { refusalWords } from "./refusal_words";
import { t } from "./texts";

export class Notice {
  readonly element = el("p", { class: "notice", role: "status" });

  say(text: string, bad = false): void {
    setText(this.element, text);
    this.element.classList.toggle("bad", bad);
  }
}

// Says how it ended; true when it was done.
export async function said(notice: Notice, act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    notice.say(t.done);
    return true;
  } catch (problem) {
    notice.say(problem instanceof Refusal ? refusalWords(problem) : t.noAnswer, true);
    return false;
  }
}

// Which field of what was written was refused; none, when none was.
export async function refusedField(act: Promise<unknown>): Promise<string> {
  return act.then(() => "", (problem: unknown) => (problem instanceof Refusal ? problem.field : ""));
}
