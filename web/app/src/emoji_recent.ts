// Which emoji somebody has chosen last, and in which tone of skin, in this browser.

import { EMOJI_KEPT } from "./account";
import { browserStorage } from "./browser_storage";

export interface RecentEmoji {
  // Newest first.
  signs: readonly string[];
  tone: number;
}

const SIGNS_MAX = 24;

export function recentEmoji(): RecentEmoji {
  try {
    const { signs, tone } = JSON.parse(browserStorage.getItem(EMOJI_KEPT) ?? "{}") as Partial<Record<keyof RecentEmoji, unknown>>;
    const kept = Array.isArray(signs) ? signs.filter((sign) => typeof sign === "string").slice(0, SIGNS_MAX) : [];
    return { signs: kept, tone: typeof tone === "number" ? tone : 0 };
  } catch {
    return { signs: [], tone: 0 };
  }
}

export function chose(sign: string): void {
  const { signs, tone } = recentEmoji();
  keep({ signs: [sign, ...signs.filter((one) => one !== sign)].slice(0, SIGNS_MAX), tone });
}

export function choseTone(tone: number): void {
  keep({ ...recentEmoji(), tone });
}

function keep(recent: RecentEmoji): void {
  browserStorage.setItem(EMOJI_KEPT, JSON.stringify(recent));
}
