// What one can do with a group: the menu in its head.

import { GroupKind, type Client, type Group } from "@stentor/sdk";
import { sayFailure } from "./dialog";
import { askLeave } from "./dialogs";
import { showSettings } from "./group_settings";
import { showShare } from "./invite";
import { late } from "./late";
import type { Levels } from "./levels";
import { blockItem } from "./member_menu";
import { showMembers } from "./members";
import { openMenu, type MenuItem } from "./menu";
import { t } from "./group_texts";

export function openGroupMenu(anchor: HTMLElement, client: Client, group: Group, name: string, levels: Levels): void {
  openMenu(anchor, t.groupMenu, groupMenu(client, group, name, levels));
}

function groupMenu(client: Client, group: Group, name: string, levels: Levels): MenuItem[] {
  const { gid, opened } = group;
  const muted = opened?.muted ?? false;
  const mute: MenuItem = { label: muted ? t.unmuteForMe : t.muteForMe, run: () => group.membership.muteForMe(!muted, sayFailure) };
  const goTo: MenuItem = { label: t.goTo, run: () => late(() => import("./go_to"), ({ askGoTo }) => askGoTo(group)) };
  const notify: MenuItem = { label: t.notify, run: () => late(() => import("./notify_dialog"), ({ askLevel }) => askLevel(client, group, levels)) };
  const members: MenuItem = { label: t.membersTitle, run: () => showMembers(client, group) };
  if (opened?.settings?.kind === GroupKind.BROADCAST) return [goTo, notify, mute];
  if (opened?.settings?.kind === GroupKind.DIRECT) return [members, goTo, notify, mute, ...blockOther(client, group)];
  return [
    members,
    goTo,
    { label: t.share, run: () => showShare(client, group) },
    { label: t.settings, run: () => showSettings(client, group) },
    notify,
    mute,
    { label: t.leave, danger: true, run: () => askLeave(client, gid, name) },
  ];
}

function blockOther(client: Client, { opened }: Group): MenuItem[] {
  const other = opened?.settings?.between.find((uid) => uid !== client.uid);
  return other === undefined ? [] : [blockItem(client, other, sayFailure)];
}
