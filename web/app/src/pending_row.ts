// What was written and is not numbered yet: below all that is.

import { Code, decodeBody, hexOf, type Pending } from "@stentor/sdk";
import { bodyNodes } from "./body";
import { button, el, icon } from "./dom";
import { isLong } from "./fold";
import type { Row } from "./rows";
import { duration, t } from "./texts";
import { wordsOf } from "./words";

export interface PendingActions {
  sendAgain(item: Pending): void;
  discard(item: Pending): void;
}

const WAITS: ReadonlySet<Code> = new Set([Code.RATE_LIMITED, Code.SLOW_MODE, Code.STORM]);
// A wait that is over before one has decided to give up.
const SHORT_MS = 3_000;

export function pendingRow(item: Pending, online: boolean, actions: PendingActions): Row {
  const waitMs = item.retryAtMs === undefined ? 0 : Math.max(0, item.retryAtMs - Date.now());
  const words = pendingWords(item, online, waitMs);
  const make = () => {
    const mark = item.state === "refused" ? icon("alert") : item.state === "kept" ? icon("check") : icon("clock");
    const stuck = item.state === "refused" || (item.state === "waiting" && waitMs > SHORT_MS);
    const buttons = el("span", { class: "actions" },
      item.state === "refused" && button(t.sendAgain, () => actions.sendAgain(item), { class: "link" }),
      button(t.discard, () => actions.discard(item), { class: "link" }),
    );
    const body = decodeBody(item.body);
    const folded = isLong(body?.text ?? "") ? " folded" : "";
    return el("article", { class: `row mine pending${folded}`, "data-state": item.state },
      el("div", { class: "bubble" }, ...bodyNodes(body, 0),
        el("span", { class: "meta" }, mark, el("span", {}, words), stuck && buttons)),
    );
  };
  return { key: `p${hexOf(item.cmid)}`, looks: `${item.state} ${waitMs > SHORT_MS} ${words}`, seq: 0, make };
}

function pendingWords({ state, refusal }: Pending, online: boolean, waitMs: number): string {
  if (state === "kept") return t.kept;
  if (state === "refused") return refusal ? `${t.notSent}. ${wordsOf(refusal)}` : t.notSent;
  if (!online) return t.offlineWaiting;
  // Why, is said where one writes.
  if (refusal && WAITS.has(refusal.code) && waitMs > 0) return t.goesOutIn(duration(waitMs));
  if (refusal && waitMs > 0) return `${wordsOf({ ...refusal, retryAfterMs: 0 })} ${t.retryIn(duration(waitMs))}`;
  if (state === "sending") return t.sending;
  return state === "unknown" ? t.unknown : t.waiting;
}
