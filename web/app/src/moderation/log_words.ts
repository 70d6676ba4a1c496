// A line of a group's moderation log in words.

import { ModerationKind, type ModerationLine } from "@stentor/sdk";
import { wholeTime } from "../texts";
import { t } from "./texts";

// `name` of 0 is the operator's.
export function lineWords({ kind, by, uid, seq, value, reason }: ModerationLine, name: (uid: number) => string): string {
  const who = name(by);
  const whom = name(uid);
  switch (kind) {
    case ModerationKind.REPORT:
      return t.didReport(who, whom, seq);
    case ModerationKind.DISMISS:
      return t.didDismiss(who, seq);
    case ModerationKind.RECALL:
      return t.didRecall(who, whom, seq);
    case ModerationKind.RECALL_MEMBER:
      return t.didRecallMember(who, whom, value);
    case ModerationKind.MUTE:
      return value > 0 ? t.didMute(who, whom, wholeTime(value)) : t.didUnmute(who, whom);
    case ModerationKind.KICK:
      return t.didKick(who, whom);
    case ModerationKind.BAN:
      return value > 0 ? t.didBan(who, whom) : t.didUnban(who, whom);
    case ModerationKind.ROLE:
      return t.didRole(who, whom, t.roles[value] ?? "");
    case ModerationKind.SETTINGS:
      return seq > 0 ? t.didPin(who, seq) : t.didSettings(who, reason);
    case ModerationKind.DECIDE_JOIN:
      return value > 0 ? t.didLetIn(who, whom) : t.didDecline(who, whom);
    case ModerationKind.INVITE:
      return value > 0 ? t.didInvite(who) : t.didEndInvite(who);
    case ModerationKind.CLEAR_REACTIONS:
      return t.didClearReactions(who, seq, reason);
    default:
      return t.didUnknown(who);
  }
}

// What somebody wrote with it; names of settings and reactions stand in the words already.
export function lineReason({ kind, reason }: ModerationLine): string {
  const said = kind === ModerationKind.SETTINGS || kind === ModerationKind.CLEAR_REACTIONS;
  return said || reason === "" ? "" : t.because(reason);
}
