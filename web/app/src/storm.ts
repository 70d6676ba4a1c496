// What a storm means for whoever looks at this page, in a line above everything; nothing when all is calm.

import { Code, type Client, type Pending } from "@stentor/sdk";
import { el, setText } from "./dom";
import { duration, t } from "./texts";

export class StormBanner {
  readonly element = el("p", { class: "storm", role: "status", hidden: true });

  constructor(private readonly client: Client) {}

  render(): void {
    const { connection, level } = this.client;
    const words = connection.state.name === "online" ? (t.storm[Math.min(level, t.storm.length - 1)] ?? "") : "";
    this.element.hidden = words === "";
    this.element.dataset["level"] = String(level);
    setText(this.element, words);
  }
}

// Why what was written waits, and for how long; empty when nothing does.
export function waitWords(items: readonly Pending[]): string {
  const item = items.find(({ retryAtMs, refusal }) => retryAtMs !== undefined && (refusal?.code === Code.STORM || refusal?.code === Code.SLOW_MODE));
  const waitMs = (item?.retryAtMs ?? 0) - Date.now();
  if (waitMs <= 0) return "";
  return item?.refusal?.code === Code.STORM ? t.stormWait(duration(waitMs)) : t.slowModeWait(duration(waitMs));
}
