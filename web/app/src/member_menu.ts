// What may be done about one member, by the role of who asks. The server decides; this only leaves out
// what it would refuse.

import { Role, type Client, type Failure, type Group, type Member, type MemberChange } from "@stentor/sdk";
import { ask, failureWords, sure } from "./dialog";
import { askMute, askOut, askTakeBack } from "./moderation/acts";
import { isolated, setText } from "./dom";
import { openGroup } from "./links";
import type { MembersPage } from "./members";
import type { MenuItem } from "./menu";
import { t } from "./moderation/texts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export function memberMenu(client: Client, group: Group, member: Member, page: MembersPage): MenuItem[] {
  const { uid, role, name } = member;
  const mine = group.role;
  const ended = (failure?: Failure) => {
    setText(page.error, failure ? failureWords(failure) : "");
    page.again();
  };
  const change = (change: MemberChange) => group.membership.change(uid, change, "", ended);
  const mute = (forMs: number) => change({ case: "muteUntilMs", value: forMs === 0 ? 0 : client.connection.serverNow() + forMs });
  const final = (label: string, of: MemberChange): MenuItem => ({
    label, danger: true,
    run: () => sure(label, t.sure(label, isolated(name)), label, (done) => group.membership.change(uid, of, "", (failure) => {
      done(failure);
      if (!failure) page.again();
    })),
  });
  const items: MenuItem[] = [
    { label: t.writeDirectly, run: () => openDirect(client, uid, page) },
    blockItem(client, uid, ended),
  ];
  if (mine < Role.ADMIN || mine <= role) return items;
  if (role === Role.NONE) {
    items.push({ label: t.takeBackHour, danger: true, run: () => askTakeBack(client, group, uid, name) });
    items.push({ label: t.ban, danger: true, run: () => askOut(group, uid, name, t.ban, { case: "ban", value: true }, page.again) });
    return items;
  }
  items.push({ label: t.writeNote, run: () => askNote(group, member) });
  if (member.mutedUntilMs > client.connection.serverNow()) items.push({ label: t.unmute, run: () => mute(0) });
  items.push(
    { label: t.mute10, run: () => mute(10 * MINUTE_MS) }, { label: t.mute1d, run: () => mute(DAY_MS) },
    { label: t.mute, run: () => askMute(client, group, uid, name, page.again) },
    { label: t.takeBackHour, danger: true, run: () => askTakeBack(client, group, uid, name) },
  );
  if (mine === Role.OWNER) {
    const admin = role === Role.ADMIN;
    items.push({ label: admin ? t.makeMember : t.makeAdmin, run: () => change({ case: "role", value: admin ? Role.MEMBER : Role.ADMIN }) });
    items.push(final(t.transfer, { case: "role", value: Role.OWNER }));
  }
  const out = (label: string, of: MemberChange): MenuItem => ({ label, danger: true, run: () => askOut(group, uid, name, label, of, page.again) });
  items.push(out(t.kick, { case: "kick", value: true }), out(t.ban, { case: "ban", value: true }));
  return items;
}

export function blockItem(client: Client, uid: number, ended: (failure?: Failure) => void): MenuItem {
  const blocked = client.blocked.has(uid);
  return { label: blocked ? t.unblock : t.block, danger: !blocked, run: () => client.block(uid, !blocked, ended) };
}

function openDirect(client: Client, uid: number, page: MembersPage): void {
  client.entrance.direct(uid, (ready) => {
    if (ready === "offline") return setText(page.error, t.noServer);
    if ("refused" in ready) return setText(page.error, failureWords(ready.refused));
    page.close();
    openGroup(ready.gid);
  });
}

function askNote(group: Group, { uid }: Member): void {
  ask({
    title: t.writeNote, label: t.noteText, action: t.send, maxlength: 600,
    answered: (text, fail, close) =>
      group.membership.note(uid, text, (failure) => {
        if (failure) fail(failureWords(failure));
        else close();
      }),
  });
}
