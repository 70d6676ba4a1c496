// How others get in: by the group's own link, or by an invitation with an end.

import { JoinPolicy, Role, type Client, type Group, type InviteState, type Paged } from "@stentor/sdk";
import { copied } from "./clipboard";
import { failureWords, openDialog, sure } from "./dialog";
import { bdi, button, el, isolated, setText } from "./dom";
import { late } from "./late";
import { linkTo } from "./links";
import { t } from "./group_texts";
import { wholeTime } from "./texts";
import "./lists.css";

const DAY_MS = 24 * 3_600_000;
// The server's limit is 64 bytes.
const NAME_LETTERS = 64;
const VALID_MS = [DAY_MS, 7 * DAY_MS, 0];

export function showShare(client: Client, group: Group): void {
  const { gid } = group;
  const nowMs = () => client.connection.serverNow();
  const policy = group.opened?.settings?.joinPolicy ?? JoinPolicy.OPEN;
  openDialog(t.share, (close) => {
    const about = el("p", {}, t.shareText);
    const link = el("input", { readonly: true, value: linkTo(gid), "aria-label": t.share, class: "share-link" });
    link.addEventListener("focus", () => link.select());
    const copy = button(t.copy, () => {
      // Chosen as well: where nothing can be copied by the page, a key does it.
      void copied(link.value).then((done) => {
        setText(copy, done ? t.copied : t.copy);
        link.select();
      });
    }, { class: "primary" });
    const invites = group.membership.invites(client.changed);
    const byCode = policy !== JoinPolicy.OPEN;
    // With approval the plain link asks an admin; an invitation is already the answer.
    if (policy === JoinPolicy.APPROVAL) setText(about, t.shareApproval);
    if (policy === JoinPolicy.INVITE) setText(about, t.inviteText);
    const code = el("div", { class: "qr", hidden: true });
    const qr = button(t.showQr, () => late(() => import("./qr"), ({ qrNode }) => {
      code.replaceChildren(qrNode(link.value));
      code.hidden = false;
    }));
    link.hidden = copy.hidden = qr.hidden = policy === JoinPolicy.INVITE;
    const made = (invite: string) => {
      link.value = linkTo(gid, invite);
      link.hidden = copy.hidden = qr.hidden = false;
      code.hidden = true;
      setText(about, t.inviteText);
      setText(copy, t.copy);
      link.focus();
      invites.again();
    };
    const moderates = group.role >= Role.ADMIN;
    if (moderates) invites.more();
    const { section, render } = invitesSection(client, group, invites);
    return {
      nodes: [about, link, code, ...(byCode && moderates ? [inviteForm(group, nowMs, made)] : []), section, el("div", { class: "buttons" }, button(t.close, close), qr, copy)],
      render,
    };
  });
}

// Those that let somebody in now; a link in an open group may be one from before.
function invitesSection(client: Client, group: Group, invites: Paged<InviteState>): { section: HTMLElement; render: () => void } {
  const list = el("ul", { class: "people" });
  const more = button(t.showMore, () => invites.more(), { class: "link" });
  const section = el("section", { class: "invites", "aria-label": t.invitesTitle, hidden: true }, el("h3", {}, t.invitesTitle), list, more);
  let shown = "";
  const render = () => {
    const { items, complete, loading } = invites;
    const looks = JSON.stringify([items.map((one) => [one, client.users.name(one.by)]), complete, loading]);
    if (looks === shown) return;
    shown = looks;
    section.hidden = items.length === 0;
    more.hidden = complete || loading;
    list.replaceChildren(...items.map((one) => inviteNode(client, group, one, () => invites.again())));
  };
  return { section, render };
}

function inviteNode(client: Client, group: Group, { invite, name, by, madeMs, expiresMs, uses, usesMax }: InviteState, again: () => void): HTMLElement {
  const maker = by === client.uid ? t.you : isolated(client.users.name(by) ?? t.someone(by));
  const until = expiresMs > 0 ? t.inviteUntil(wholeTime(expiresMs)) : t.inviteForGood;
  const end = button(t.inviteEnd, () => sure(t.inviteEnd, t.inviteEndAsk, t.inviteEnd, (ended) =>
    group.membership.endInvite(invite, (failure) => {
      ended(failure);
      if (!failure) again();
    })));
  return el("li", { "data-invite": invite },
    el("span", { class: "who" }, ...(name ? [bdi(name, { class: "name" })] : []), el("span", {}, t.inviteBy(maker, wholeTime(madeMs))), el("span", { class: "hint" }, `${t.inviteUsed(uses, usesMax)} · ${until}`)),
    end,
  );
}

function inviteForm(group: Group, nowMs: () => number, made: (invite: string) => void): HTMLElement {
  const valid = el("select", { id: "valid" }, ...t.inviteFor.map((words, i) => el("option", { value: i }, words)));
  const uses = el("input", { id: "uses", type: "number", min: 0, max: 1_000_000, value: 0, required: true });
  const name = el("input", { id: "invite-name", maxlength: NAME_LETTERS, autocomplete: "off" });
  const error = el("p", { class: "error", role: "alert" });
  const form = el("form", { class: "invite" },
    el("label", { for: name.id }, t.inviteName), name,
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
      name.value = "";
      made(answer.invite);
    }, name.value.trim());
  });
  return form;
}
