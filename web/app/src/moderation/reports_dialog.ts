// For those who moderate: what is reported and waits for a decision, and the log of what was done.

import { decodeBody, openReports, type Client, type Group, type ModerationLine, type Reported } from "@stentor/sdk";
import { excerptOf } from "../body";
import { isBeside, openBeside } from "../beside";
import { failureWords } from "../dialog";
import { bdi, button, el, isolated, setText } from "../dom";
import { clockTime, dayName } from "../texts";
import { askMute, askOut, askTakeDown } from "./acts";
import { withNewest, withOlder, type LogPage } from "./log_pages";
import { lineReason, lineWords } from "./log_words";
import { t } from "./texts";
import "../lists.css";

const LETTERS = 200;

type Name = (uid: number) => string;

interface Acts {
  show(seq: number): void;
  again(): void;
}

export function showReports(client: Client, group: Group, goTo: (seq: number) => void): void {
  openBeside(t.moderationTitle, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const queue = el("ul", { class: "reports", "aria-label": t.reports });
    const list = el("ul", { class: "log", "aria-label": t.log });
    let log: LogPage = { lines: [], next: 0 };
    let loaded = false;
    const load = (before: number) => group.moderation.log(before, (page) => {
      setText(error, "failure" in page ? failureWords(page.failure) : "");
      if ("failure" in page) return;
      log = before > 0 ? withOlder(log, page) : withNewest(log, page);
      loaded = true;
      client.changed();
    });
    const acts: Acts = {
      show: (seq) => {
        if (!isBeside(queue)) close();
        goTo(seq);
      },
      again: () => load(0),
    };
    const older = button(t.older, () => load(log.next), { class: "link", hidden: true });
    load(0);

    const name = namesOf(client);
    let shown = "";
    let moved = group.moderation.moved;
    const render = () => {
      if (!loaded) return;
      // Another has come, or somebody else has decided.
      if (moved !== group.moderation.moved) load(0);
      moved = group.moderation.moved;
      const { lines, next } = log;
      const waiting = openReports(lines).map((one) => ({ one, said: said(group, one) })).filter((each) => each.said !== "recalled");
      const looks = JSON.stringify([lines, waiting, lines.map(({ by, uid }) => [name(by), name(uid)])]);
      if (looks === shown) return;
      shown = looks;
      older.hidden = next === 0;
      queue.replaceChildren(...waiting.map((each) => reportNode(client, group, each.one, each.said, acts)));
      if (waiting.length === 0) queue.append(el("li", { class: "hint" }, t.noReports));
      list.replaceChildren(...lines.map((line) => lineNode(line, name)));
      if (lines.length === 0) list.append(el("li", { class: "hint" }, t.noLog));
    };
    return {
      nodes: [
        el("h3", {}, t.reports), queue, error, el("h3", {}, t.log), list, older,
        el("div", { class: "buttons" }, button(t.close, close, { class: "primary" })),
      ],
      render,
    };
  });
}

function namesOf(client: Client): Name {
  return (uid) => isolated(nameOf(client, uid));
}

function nameOf(client: Client, uid: number): string {
  return uid === client.uid ? t.you : (client.users.name(uid) ?? t.someone(uid));
}

// What was reported, as far as it is known. Taken back already: there is nothing left to decide.
type Said = { text: string } | "asking" | "gone" | "recalled";

function said(group: Group, { epoch, seq }: Reported): Said {
  if (epoch !== group.log.epoch) return "gone";
  const entry = group.log.at(seq) ?? group.entryCache.entry(seq);
  if (!entry) return group.entryCache.asking ? "asking" : "gone";
  return entry.recalled ? "recalled" : { text: excerptOf(decodeBody(entry.body), LETTERS) };
}

function reportNode(client: Client, group: Group, { seq, uid, reports }: Reported, what: Said, { show, again }: Acts): HTMLElement {
  const whose = nameOf(client, uid);
  const dismiss = button(t.dismiss, () => {
    dismiss.disabled = true;
    group.moderation.dismiss(seq, "", again);
  });
  const message = typeof what === "object" ? bdi(what.text, { class: "text" }) : what === "asking" ? t.loading : t.messageGone;
  return el("li", { "data-reported": seq },
    el("p", {}, el("strong", {}, uid === client.uid ? t.messageMine : t.message(isolated(whose))), " ", message),
    ...reports.map(({ by, timeMs, reason }) =>
      el("p", { class: "hint" }, `${t.reportedBy(isolated(nameOf(client, by)))}, ${dayName(timeMs)} ${clockTime(timeMs)}: `, bdi(reason))),
    el("div", { class: "acts" },
      button(t.show, () => show(seq)),
      button(t.takeDown, () => askTakeDown(group, seq, again), { class: "danger" }),
      uid !== client.uid && button(t.mute, () => askMute(client, group, uid, whose, again)),
      uid !== client.uid && button(t.banThem, () => askOut(group, uid, whose, t.ban, { case: "ban", value: true }, again)),
      dismiss,
    ),
  );
}

function lineNode(line: ModerationLine, name: Name): HTMLElement {
  const { number, timeMs } = line;
  const reason = lineReason(line);
  return el("li", { "data-line": number },
    el("span", {}, lineWords(line, name)), " ",
    el("span", { class: "hint" }, `${dayName(timeMs)} ${clockTime(timeMs)}${reason && " · "}`, bdi(reason)),
  );
}
