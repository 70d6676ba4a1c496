// How others get in: by the group's own link, or by an invitation with an end.

import { JoinPolicy, Role, type Group } from "@stentor/sdk";
import { failureWords, openDialog } from "./dialog";
import { button, el, setText } from "./dom";
import { linkTo } from "./links";
import { t } from "./texts";

const DAY_MS = 24 * 3_600_000;
const VALID_MS = [DAY_MS, 7 * DAY_MS, 0];

export function showShare(group: Group, nowMs: () => number): void {
  const { gid } = group;
  const policy = group.opened?.settings?.joinPolicy ?? JoinPolicy.OPEN;
  openDialog(t.share, (close) => {
    const about = el("p", {}, t.shareText);
    const link = el("input", { readonly: true, value: linkTo(gid), "aria-label": t.share, class: "share-link" });
    link.addEventListener("focus", () => link.select());
    const copy = button(t.copy, () => {
      link.select();
      void navigator.clipboard?.writeText(link.value).then(() => setText(copy, t.copied));
    }, { class: "primary" });
    const byCode = policy !== JoinPolicy.OPEN;
    // With approval the plain link asks an admin; an invitation is already the answer.
    if (policy === JoinPolicy.APPROVAL) setText(about, t.shareApproval);
    if (policy === JoinPolicy.INVITE) setText(about, t.inviteText);
    link.hidden = copy.hidden = policy === JoinPolicy.INVITE;
    const made = (invite: string) => {
      link.value = linkTo(gid, invite);
      link.hidden = copy.hidden = false;
      setText(about, t.inviteText);
      setText(copy, t.copy);
      link.focus();
    };
    const may = byCode && group.role >= Role.ADMIN;
    return { nodes: [about, link, ...(may ? [inviteForm(group, nowMs, made)] : []), el("div", { class: "buttons" }, button(t.close, close), copy)] };
  });
}

function inviteForm(group: Group, nowMs: () => number, made: (invite: string) => void): HTMLElement {
  const valid = el("select", { id: "valid" }, ...t.inviteFor.map((words, i) => el("option", { value: i }, words)));
  const uses = el("input", { id: "uses", type: "number", min: 0, max: 1_000_000, value: 0, required: true });
  const error = el("p", { class: "error", role: "alert" });
  const form = el("form", { class: "invite" },
    el("label", { for: "valid" }, t.inviteExpires), valid,
    el("label", { for: "uses" }, t.inviteUses), uses,
    error, el("button", { type: "submit" }, t.inviteMake),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const validMs = VALID_MS[Number(valid.value)] ?? DAY_MS;
    group.membership.invite(validMs === 0 ? 0 : nowMs() + validMs, Number(uses.value), (answer) => {
      if ("failure" in answer) return setText(error, failureWords(answer.failure));
      setText(error, "");
      made(answer.invite);
    });
  });
  return form;
}
