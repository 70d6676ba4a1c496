// How a group is set up. Admins change it, members read it.

import { Role, type Client, type Draft, type Group, type GroupSettings } from "@stentor/sdk";
import { openBeside } from "./beside";
import { failureWords } from "./dialog";
import { bdi, button, el, setText } from "./dom";
import { t } from "./group_texts";
import "./lists.css";

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
  if (group.role >= Role.ADMIN) openBeside(t.settings, (close) => ({ nodes: [new Form(client, group, settings, close).element] }));
  else openBeside(t.settings, (close) => ({ nodes: [facts(settings), el("div", { class: "buttons" }, button(t.close, close, { class: "primary" }))] }));
}

function facts({ name, topic, joinPolicy, historyForJoiners, slowModeS, retentionS }: GroupSettings): HTMLElement {
  const rows: [string, string][] = [
    [t.groupName, name],
    [t.topic, topic],
    [t.joinPolicy, t.joinPolicies[joinPolicy] ?? ""],
    [t.historyForJoiners, historyForJoiners ? t.yes : t.no],
    [t.slowModeFact, slowModeS > 0 ? t.seconds(slowModeS) : t.none],
    [t.retentionFact, retentionS > 0 ? t.days(Math.ceil(retentionS / DAY_S)) : t.forGood],
  ];
  return el("dl", { class: "facts" }, ...rows.filter(([, value]) => value !== "").flatMap(([what, value]) => [el("dt", {}, what), el("dd", {}, bdi(value))]));
}

class Form {
  readonly element: HTMLFormElement;
  readonly #name: HTMLInputElement;
  readonly #topic: HTMLInputElement;
  readonly #welcome: HTMLTextAreaElement;
  readonly #policy: HTMLSelectElement;
  readonly #history: HTMLInputElement;
  readonly #slow: HTMLInputElement;
  readonly #days: HTMLInputElement;
  readonly #holdMs: HTMLInputElement;
  readonly #holdEntries: HTMLInputElement;
  readonly #error = el("p", { class: "error", role: "alert" });
  readonly #save = el("button", { type: "submit", class: "primary" }, t.save);

  constructor(
    private readonly client: Client,
    private readonly group: Group,
    private readonly before: GroupSettings,
    private readonly close: () => void,
  ) {
    this.#name = el("input", { id: "group-name", required: true, maxlength: 64, value: before.name });
    this.#topic = el("input", { id: "topic", maxlength: 256, value: before.topic });
    this.#welcome = el("textarea", { id: "welcome", rows: 2, maxlength: 600 }, before.welcome);
    this.#policy = policySelect(before.joinPolicy);
    this.#history = el("input", { type: "checkbox", id: "history", checked: before.historyForJoiners });
    this.#slow = numberField("slow", before.slowModeS, 3_600);
    this.#days = numberField("days", Math.ceil(before.retentionS / DAY_S), 36_500);
    this.#holdMs = numberField("hold-ms", before.holdMs, 5_000);
    this.#holdEntries = numberField("hold-entries", before.holdEntries, 200);
    this.element = el("form", {},
      el("div", { class: "settings" },
        section(t.aboutGroup, ...field(t.groupName, this.#name), ...field(t.topic, this.#topic)),
        section(t.whoGetsIn, ...field(t.joinPolicy, this.#policy),
          el("label", { class: "check" }, this.#history, t.historyForJoiners), ...field(t.welcome, this.#welcome)),
        section(t.whatIsSaid, ...field(t.slowMode, this.#slow), el("p", { class: "hint" }, t.slowModeHint), ...field(t.retention, this.#days), el("p", { class: "hint" }, t.retentionHint)),
        el("details", {}, el("summary", {}, t.forLarge), el("p", { class: "hint" }, t.holdHint),
          ...field(t.holdMs, this.#holdMs), ...field(t.holdEntries, this.#holdEntries)),
      ),
      this.#error, el("div", { class: "buttons" }, button(t.cancel, close), this.#save),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // What a browser finds wrong in there has to be seen.
    this.element.addEventListener("invalid", ({ target }) => {
      const details = target instanceof Element && target.closest("details");
      if (details) details.open = true;
    }, { capture: true });
  }

  get #now(): Draft<GroupSettings> & Record<Key, unknown> {
    const { retentionS, retentionEntries } = this.before;
    const days = Number(this.#days.value);
    return {
      name: this.#name.value.trim(), topic: this.#topic.value.trim(), welcome: this.#welcome.value.trim(),
      joinPolicy: Number(this.#policy.value), historyForJoiners: this.#history.checked, slowModeS: Number(this.#slow.value),
      holdMs: Number(this.#holdMs.value), holdEntries: Number(this.#holdEntries.value),
      // One that is no whole number of days, and was not touched, stays what it was.
      retentionS: days === Math.ceil(retentionS / DAY_S) ? retentionS : days * DAY_S,
      retentionEntries,
    };
  }

  #submit(): void {
    const now = this.#now;
    const changed = (Object.keys(now) as Key[]).filter((key) => now[key] !== this.before[key]);
    if (changed.length === 0) return this.close();
    this.#save.disabled = true;
    this.group.membership.configure(now, changed, (failure) => {
      this.#save.disabled = false;
      if (failure) return setText(this.#error, failureWords(failure));
      this.group.events.configured(now);
      this.close();
      this.client.changed();
    });
  }
}

function numberField(id: string, value: number, max: number): HTMLInputElement {
  return el("input", { id, type: "number", min: 0, max, required: true, value });
}

function field(words: string, input: HTMLElement): HTMLElement[] {
  return [el("label", { for: input.id }, words), input];
}

function section(title: string, ...nodes: HTMLElement[]): HTMLElement {
  return el("fieldset", {}, el("legend", {}, title), ...nodes);
}
