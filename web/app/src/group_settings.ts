// How a group is set up. Admins change it, members may look.

import { Role, type Client, type Draft, type Group, type GroupSettings } from "@stentor/sdk";
import { failureWords, openDialog } from "./dialog";
import { button, el, setText } from "./dom";
import { t } from "./group_texts";

const DAY_S = 24 * 3_600;

type Key = Exclude<keyof GroupSettings, "kind" | "between" | "pinned">;

export function policySelect(chosen = 0): HTMLSelectElement {
  const select = el("select", { id: "policy" }, ...t.joinPolicies.map((words, i) => el("option", { value: i }, words)));
  select.value = String(chosen);
  return select;
}

export function showSettings(client: Client, group: Group): void {
  const settings = group.opened?.settings;
  if (!settings) return;
  openDialog(t.settings, (close) => {
    const name = el("input", { id: "group-name", required: true, maxlength: 64, value: settings.name });
    const topic = el("input", { id: "topic", maxlength: 256, value: settings.topic });
    const welcome = el("textarea", { id: "welcome", rows: 2, maxlength: 600 }, settings.welcome);
    const policy = policySelect(settings.joinPolicy);
    const history = el("input", { type: "checkbox", id: "history", checked: settings.historyForJoiners });
    const slow = el("input", { id: "slow", type: "number", min: 0, max: 3_600, required: true, value: settings.slowModeS });
    const holdMs = el("input", { id: "hold-ms", type: "number", min: 0, max: 5_000, required: true, value: settings.holdMs });
    const holdEntries = el("input", { id: "hold-entries", type: "number", min: 0, max: 200, required: true, value: settings.holdEntries });
    const days = el("input", { id: "days", type: "number", min: 0, max: 36_500, required: true, value: Math.ceil(settings.retentionS / DAY_S) });
    const error = el("p", { class: "error", role: "alert" });
    const save = el("button", { type: "submit", class: "primary" }, t.save);
    const may = group.role >= Role.ADMIN;
    const fields = el("fieldset", { disabled: !may },
      el("label", { for: "group-name" }, t.groupName), name,
      el("label", { for: "topic" }, t.topic), topic,
      el("label", { for: "welcome" }, t.welcome), welcome,
      el("label", { for: "policy" }, t.joinPolicy), policy,
      el("label", { class: "check" }, history, t.historyForJoiners),
      el("label", { for: "slow" }, t.slowMode), slow,
      el("label", { for: "hold-ms" }, t.holdMs), holdMs,
      el("label", { for: "hold-entries" }, t.holdEntries), holdEntries,
      el("label", { for: "days" }, t.retention), days,
    );
    const form = el("form", {}, fields, error, el("div", { class: "buttons" }, button(may ? t.cancel : t.close, close), may && save));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const now: Draft<GroupSettings> & Record<Key, unknown> = {
        name: name.value.trim(), topic: topic.value.trim(), welcome: welcome.value.trim(),
        joinPolicy: Number(policy.value), historyForJoiners: history.checked, slowModeS: Number(slow.value),
        holdMs: Number(holdMs.value), holdEntries: Number(holdEntries.value),
        // A retention that is no whole number of days, and was not touched, stays what it was.
        retentionS: Number(days.value) === Math.ceil(settings.retentionS / DAY_S) ? settings.retentionS : Number(days.value) * DAY_S,
        retentionEntries: settings.retentionEntries,
      };
      const changed = (Object.keys(now) as Key[]).filter((key) => now[key] !== settings[key]);
      if (changed.length === 0) return close();
      save.disabled = true;
      group.membership.configure(now, changed, (failure) => {
        save.disabled = false;
        if (failure) {
          setText(error, failureWords(failure));
        } else {
          group.events.configured(now);
          close();
        }
        client.changed();
      });
      return undefined;
    });
    return { nodes: [form] };
  });
}
