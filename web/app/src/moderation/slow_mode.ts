// How long members wait between two messages, as one choice.

import type { Client, Group } from "@stentor/sdk";
import { failureWords, openDialog } from "../dialog";
import { button, el, setText } from "../dom";
import { t } from "./texts";
import "../lists.css";

const SECONDS = [0, 5, 10, 30, 60, 300, 900];

export function showSlowMode(client: Client, group: Group): void {
  openDialog(t.slowMode, (close) => {
    const now = group.opened?.settings?.slowModeS ?? 0;
    const error = el("p", { class: "error", role: "alert" });
    const choices = SECONDS.map((seconds, i) => button(t.slowModes[i] ?? "", () => set(seconds), { "aria-pressed": String(seconds === now) }));
    const set = (slowModeS: number) => group.membership.configure({ slowModeS }, ["slowModeS"], (failure) => {
      if (failure) return setText(error, failureWords(failure));
      group.events.configured({ slowModeS });
      close();
      client.changed();
    });
    return { nodes: [el("p", {}, t.slowModeText), el("div", { class: "acts" }, ...choices), error, el("div", { class: "buttons" }, button(t.cancel, close))] };
  });
}
