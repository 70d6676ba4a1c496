// What a moderator does to somebody, with a question before it: muting for a time, and what needs a reason.

import type { Client, Failure, Group, MemberChange } from "@stentor/sdk";
import { failureWords, openDialog } from "../dialog";
import { button, el, isolated, setText } from "../dom";
import { t } from "./texts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MUTES_MS = [10 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS];
// Letters of up to four bytes; the server's bound is 512 bytes.
const REASON_LETTERS = 128;

type Told = (failure?: Failure) => void;

export function reasonField(label: string): { input: HTMLInputElement; nodes: Node[] } {
  const input = el("input", { id: "reason", maxlength: REASON_LETTERS, autocomplete: "off" });
  return { input, nodes: [el("label", { for: "reason" }, label), input] };
}

// A question whose answer may fail, with a reason beside it.
export function askWithReason(title: string, besides: Node[], label: string, action: string, run: (reason: string, told: Told) => void, ended: () => void): void {
  openDialog(title, (close) => {
    const { input, nodes } = reasonField(label);
    const error = el("p", { class: "error", role: "alert" });
    const yes = el("button", { type: "submit", class: "danger" }, action);
    const form = el("form", {}, ...besides, ...nodes, error, el("div", { class: "buttons" }, button(t.cancel, close), yes));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      yes.disabled = true;
      run(input.value.trim(), (failure) => {
        yes.disabled = false;
        if (failure) return setText(error, failureWords(failure));
        close();
        ended();
      });
    });
    return { nodes: [form] };
  });
}

export function askMute(client: Client, group: Group, uid: number, name: string, ended: () => void): void {
  const time = el("select", { id: "mute-for" }, ...t.muteTimes.map((words, i) => el("option", { value: i }, words)));
  const run = (reason: string, told: Told) => {
    const until = client.connection.serverNow() + (MUTES_MS[Number(time.value)] ?? HOUR_MS);
    group.membership.change(uid, { case: "muteUntilMs", value: until }, reason, told);
  };
  askWithReason(t.muteTitle(isolated(name)), [el("label", { for: "mute-for" }, t.muteFor), time, el("p", { class: "hint" }, t.reasonHint)], t.reason, t.save, run, ended);
}

// A kick or a ban.
export function askOut(group: Group, uid: number, name: string, label: string, change: MemberChange, ended: () => void): void {
  const run = (reason: string, told: Told) => group.membership.change(uid, change, reason, told);
  askWithReason(label, [el("p", {}, t.sure(label, isolated(name))), el("p", { class: "hint" }, t.reasonHint)], t.reason, label, run, ended);
}

export function askTakeDown(group: Group, seq: number, ended: () => void): void {
  askWithReason(t.takeDown, [el("p", {}, t.recallAsk)], t.reasonForLog, t.takeDown, (reason, told) => group.entryCommands.recall(seq, told, reason), ended);
}

// All that they wrote in the last hour: may take some steps, and says how far it came.
export function askTakeBack(client: Client, group: Group, uid: number, name: string): void {
  openDialog(t.takeBackHour, (close) => {
    const { input, nodes } = reasonField(t.reasonForLog);
    const says = el("p", { role: "status" });
    const error = el("p", { class: "error", role: "alert" });
    const yes = el("button", { type: "submit", class: "danger" }, t.takeBackHour);
    const form = el("form", {}, el("p", {}, t.takeBackAsk(isolated(name))), ...nodes, says, error, el("div", { class: "buttons" }, button(t.close, close), yes));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      yes.disabled = true;
      setText(error, "");
      setText(says, t.takingBack);
      group.moderation.recallMember(uid, client.connection.serverNow() - HOUR_MS, input.value.trim(), ({ count, failure }) => {
        yes.disabled = false;
        yes.hidden = failure === undefined;
        setText(says, failure ? t.takenBackPart(count) : t.takenBack(count));
        setText(error, failure ? failureWords(failure) : "");
      });
    });
    return { nodes: [form] };
  });
}
