// Small questions: a new group, joining, leaving, and what the digest says.

import { Code, type Client, type Group, type Ready } from "@stentor/sdk";
import { ask, openDialog } from "./dialog";
import { button, el, isolated, setText } from "./dom";
import { policySelect } from "./group_settings";
import { linkIn, openGroup } from "./links";
import { t } from "./group_texts";
import { wordsOf } from "./words";
import "./lists.css";

function goOrSay(ready: Ready, fail: (words: string) => void, close: () => void): void {
  if (ready === "offline") return fail(t.noServer);
  if ("refused" in ready) return fail(wordsOf(ready.refused));
  close();
  openGroup(ready.gid);
}

export function askNewGroup(client: Client): void {
  const history = el("input", { type: "checkbox", checked: true });
  const policy = policySelect();
  ask({
    title: t.newGroup, label: t.groupName, action: t.create, maxlength: 64,
    besides: [el("label", { for: "policy" }, t.joinPolicy), policy, el("label", { class: "check" }, history, t.historyForJoiners)],
    answered: (name, fail, close) => {
      const settings = { name, historyForJoiners: history.checked, joinPolicy: Number(policy.value) };
      client.entrance.create(settings, (ready) => goOrSay(ready, fail, close));
    },
  });
}

export function askJoin(client: Client): void {
  ask({
    title: t.joinGroup, label: t.joinHint, action: t.join, maxlength: 300,
    answered: (text, fail, close) => {
      const link = linkIn(text);
      if (!link) return fail(t.joinBad);
      client.entrance.join(link.gid, (ready) => goOrSay(ready, fail, close), link.invite);
    },
  });
}

// `members`: shows them, for an owner who has to hand the group over before.
export function askLeave(client: Client, gid: number, name: string, members: () => void): void {
  openDialog(t.leave, (close) => {
    const error = el("p", { class: "error", role: "alert" });
    const leave = button(t.leave, () => {
      client.entrance.leave(gid, (answer) => {
        if (answer.case === "refused") {
          const owner = answer.value.code === Code.NOT_PERMITTED;
          toMembers.hidden = !owner;
          leave.hidden = owner;
          return setText(error, owner ? `${t.ownerStays} ${t.handOver}` : wordsOf(answer.value));
        }
        if (answer.case !== "done") return setText(error, t.noServer);
        close();
        location.hash = "#/";
      });
    }, { class: "danger" });
    const toMembers = button(t.toMembers, () => {
      close();
      members();
    }, { class: "primary", hidden: true });
    return { nodes: [el("p", {}, t.leaveAsk(isolated(name))), error, el("div", { class: "buttons" }, button(t.cancel, close), toMembers, leave)] };
  });
}

// What the digest says, so that two people can compare it.
export function showVerified({ log }: Group): void {
  openDialog(t.verifyTitle, (close) => {
    const hex = Array.from(log.digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return {
      nodes: [
        el("p", {}, t.verifyText),
        el("p", { class: "fingerprint" }, hex.replace(/(.{4})(?=.)/g, "$1 ").replace(/^(.{19}) /, "$1\n")),
        el("p", { class: "hint" }, t.verifyFrom(log.first, log.last)),
        el("div", { class: "buttons" }, button(t.close, close, { class: "primary" })),
      ],
    };
  });
}
