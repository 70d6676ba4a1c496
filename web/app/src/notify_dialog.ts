// What somebody wants to be told of a group, for how long, and whether this browser may do it.

import type { Client, Group } from "@stentor/sdk";
import { keptAccount } from "./account";
import { failureWords, openDialog } from "./dialog";
import { button, el, setText } from "./dom";
import type { Level, Levels } from "./levels";
import { t } from "./notify_texts";
import { wholeTime } from "./texts";
import { refreshPush } from "./web_push/subscribe";
import "./lists.css";

const HOUR_MS = 3_600_000;
const TIMES_MS = [0, HOUR_MS, 8 * HOUR_MS, 7 * 24 * HOUR_MS];
const LEVELS: readonly Level[] = ["all", "calls", "none"];

export function askLevel(client: Client, group: Group, levels: Levels): void {
  const { gid } = group;
  const nowMs = () => client.connection.serverNow();
  openDialog(t.notifyTitle, (close) => {
    const kept = levels.kept(gid, nowMs());
    const now = levels.of(gid, { muted: group.opened?.muted ?? false, members: client.members(gid) }, nowMs());
    const error = el("p", { class: "error", role: "alert" });
    const times = el("select", { id: "notify-for" }, ...t.notifyTimes.map((words, i) => el("option", { value: i }, words)));
    const until = el("p", { class: "hint" }, kept && kept.untilMs > 0 ? t.notifyUntil(wholeTime(kept.untilMs)) : "");
    const choices = LEVELS.map((level) => el("input", { type: "radio", name: "level", value: level, checked: level === now }));
    const submit = el("button", { type: "submit", class: "primary" }, t.save);
    const form = el("form", { class: "notify" },
      el("fieldset", { "aria-label": t.notifyTitle }, ...choices.map((input, i) => el("label", { class: "check" }, input, t.notifyLevels[LEVELS[i] ?? "all"]))),
      el("label", { for: times.id }, t.notifyFor), times, until, error,
      el("div", { class: "buttons" }, button(t.close, close), submit));
    const chosen = () => (choices.find(({ checked }) => checked)?.value ?? now) as Level;
    // Every message is no state that ends.
    const timed = () => (times.disabled = chosen() === "all");
    form.addEventListener("change", timed);
    timed();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit.disabled = true;
      const level = chosen();
      const forMs = level === "all" ? 0 : (TIMES_MS[Number(times.value)] ?? 0);
      group.membership.muteForMe(level !== "all", (failure) => {
        submit.disabled = false;
        if (failure) return setText(error, failureWords(failure));
        levels.keep(gid, { level, untilMs: forMs === 0 ? 0 : nowMs() + forMs });
        const account = keptAccount();
        if (account) void refreshPush(account);
        client.changed();
        return close();
      });
    });
    return { nodes: [form, ...consentNodes(client)] };
  });
}

// Asked for by a press, and never by itself: a browser lets a page ask once.
function consentNodes(client: Client): Node[] {
  const says = el("p", { role: "status" });
  const allow = button(t.notifyAllow, () => {
    void Notification.requestPermission().then(() => {
      draw();
      client.changed();
    });
  });
  const draw = () => {
    const permission = "Notification" in window ? Notification.permission : undefined;
    allow.hidden = permission !== "default";
    setText(says, permission === undefined ? t.notifyUnable : permission === "granted" ? t.notifyAllowed : permission === "denied" ? t.notifyDenied : "");
  };
  draw();
  return [el("section", { class: "invites", "aria-label": t.notifyHere }, el("h3", {}, t.notifyHere), says, allow)];
}
