// What one can do with a group: the menu in its head.

import { GroupKind, Role, type Client, type Group } from "@stentor/sdk";
import { isCompact, setCompact } from "./density";
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

export interface GroupActions {
  goTo(seq: number): void;
  // Reports that wait for a decision, as far as is known.
  reports: number;
  levels: Levels;
}

export function openGroupMenu(anchor: HTMLElement, client: Client, group: Group, name: string, actions: GroupActions): void {
  openMenu(anchor, t.groupMenu, groupMenu(client, group, name, actions));
}

function groupMenu(client: Client, group: Group, name: string, actions: GroupActions): MenuItem[] {
  const { gid, opened } = group;
  const muted = opened?.muted ?? false;
  const mute: MenuItem = { label: muted ? t.unmuteForMe : t.muteForMe, run: () => group.membership.muteForMe(!muted, sayFailure) };
  const goTo: MenuItem = { label: t.goTo, run: () => late(() => import("./go_to"), ({ askGoTo }) => askGoTo(group)) };
  const notify: MenuItem = { label: t.notify, run: () => late(() => import("./notify_dialog"), ({ askLevel }) => askLevel(client, group, actions.levels)) };
  const members: MenuItem = { label: t.membersTitle, run: () => showMembers(client, group) };
  const density: MenuItem = { label: isCompact() ? t.roomy : t.compact, run: () => {
    setCompact(!isCompact());
    client.changed();
  } };
  if (opened?.settings?.kind === GroupKind.BROADCAST) return [goTo, notify, mute, density];
  if (opened?.settings?.kind === GroupKind.DIRECT) return [members, goTo, notify, mute, density, ...blockOther(client, group)];
  return [
    members,
    goTo,
    { label: t.share, run: () => showShare(client, group) },
    ...(group.role >= Role.ADMIN ? moderationItems(client, group, actions) : []),
    { label: t.settings, run: () => showSettings(client, group) },
    notify,
    mute,
    density,
    { label: t.leave, danger: true, run: () => askLeave(client, gid, name, () => showMembers(client, group)) },
  ];
}

function moderationItems(client: Client, group: Group, { goTo, reports }: GroupActions): MenuItem[] {
  return [
    { label: t.moderation(reports), run: () => late(() => import("./moderation/reports_dialog"), ({ showReports }) => showReports(client, group, goTo)) },
    { label: t.slowModeMenu, run: () => late(() => import("./moderation/slow_mode"), ({ showSlowMode }) => showSlowMode(client, group)) },
  ];
}

function blockOther(client: Client, { opened }: Group): MenuItem[] {
  const other = opened?.settings?.between.find((uid) => uid !== client.uid);
  return other === undefined ? [] : [blockItem(client, other, sayFailure)];
}
