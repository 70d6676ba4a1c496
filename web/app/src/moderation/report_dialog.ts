// Telling those who moderate that something is wrong with a message.

import type { Client, Group } from "@stentor/sdk";
import { failureWords, openDialog, say } from "../dialog";
import { button, el, setText } from "../dom";
import { t } from "./texts";
import "../lists.css";

const MORE_LETTERS = 100;

export function showReport(_client: Client, group: Group, seq: number): void {
  openDialog(t.reportTitle, (close) => {
    const kind = el("select", { id: "report-kind" }, ...t.reportKinds.map((words) => el("option", {}, words)));
    const more = el("textarea", { id: "report-more", rows: 2, maxlength: MORE_LETTERS });
    const error = el("p", { class: "error", role: "alert" });
    const send = el("button", { type: "submit", class: "primary" }, t.reportSend);
    const form = el("form", {},
      el("p", {}, t.reportText),
      el("label", { for: kind.id }, t.reportWhy), kind,
      el("label", { for: more.id }, t.reportMore), more, error,
      el("div", { class: "buttons" }, button(t.cancel, close), send),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send.disabled = true;
      const reason = [kind.value, more.value.trim()].filter(Boolean).join(": ");
      group.moderation.report(seq, reason, (failure) => {
        send.disabled = false;
        if (failure) return setText(error, failureWords(failure));
        close();
        say(t.reportTitle, t.reported);
      });
    });
    return { nodes: [form] };
  });
}
