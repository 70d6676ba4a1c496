// What one can do with a group: the menu in its head.

import { GroupKind, type Client, type Group } from "@stentor/sdk";
import { isCompact, setCompact } from "./density";
import { sayFailure } from "./dialog";
import { askLeave } from "./dialogs";
import { showSettings } from "./group_settings";
import { showShare } from "./invite";
import { blockItem } from "./member_menu";
import { showMembers } from "./members";
import { openMenu, type MenuItem } from "./menu";
import { t } from "./group_texts";

export function openGroupMenu(anchor: HTMLElement, client: Client, group: Group, name: string): void {
  openMenu(anchor, t.groupMenu, groupMenu(client, group, name));
}

function groupMenu(client: Client, group: Group, name: string): MenuItem[] {
  const { gid, opened } = group;
  const muted = opened?.muted ?? false;
  const mute: MenuItem = { label: muted ? t.unmuteForMe : t.muteForMe, run: () => group.membership.muteForMe(!muted, sayFailure) };
  const members: MenuItem = { label: t.membersTitle, run: () => showMembers(client, group) };
  const density: MenuItem = { label: isCompact() ? t.roomy : t.compact, run: () => {
    setCompact(!isCompact());
    client.changed();
  } };
  if (opened?.settings?.kind === GroupKind.BROADCAST) return [mute, density];
  if (opened?.settings?.kind === GroupKind.DIRECT) return [members, mute, density, ...blockOther(client, group)];
  return [
    members,
    { label: t.share, run: () => showShare(client, group) },
    { label: t.settings, run: () => showSettings(client, group) },
    mute, density,
    { label: t.leave, danger: true, run: () => askLeave(client, gid, name) },
  ];
}

function blockOther(client: Client, { opened }: Group): MenuItem[] {
  const other = opened?.settings?.between.find((uid) => uid !== client.uid);
  return other === undefined ? [] : [blockItem(client, other, sayFailure)];
}
