// How the page looks in this browser, where somebody has chosen it: its theme and the size of its text. Kept
// by the browser; whoever has chosen nothing gets what the system says.

import { browserStorage } from "./browser_storage";

export type Theme = "system" | "light" | "dark";
export interface Look {
  theme: Theme;
  // Pixels of the text that all other sizes follow.
  textPx: number;
}

const LOOK = "stentor.look";
const DARK = /prefers-color-scheme:\s*dark/;
const TEXT_PX = 16;
const TEXT_PX_MIN = 12;
const TEXT_PX_MAX = 24;

// What a rule's condition was before a theme was chosen.
const conditions = new WeakMap<CSSMediaRule, string>();

export function keptLook(): Look {
  try {
    const kept = JSON.parse(browserStorage.getItem(LOOK) ?? "{}") as Partial<Look>;
    const { theme = "system", textPx = TEXT_PX } = kept;
    const px = Number(textPx) || TEXT_PX;
    return { theme: theme === "light" || theme === "dark" ? theme : "system", textPx: Math.min(TEXT_PX_MAX, Math.max(TEXT_PX_MIN, px)) };
  } catch {
    return { theme: "system", textPx: TEXT_PX };
  }
}

export function keepLook(look: Look): void {
  browserStorage.setItem(LOOK, JSON.stringify(look));
  applyLook(look);
}

// The colours of a dark page stand under the system's condition; a choice holds or lifts it.
export function applyLook({ theme, textPx }: Look): void {
  const { style } = document.documentElement;
  style.fontSize = textPx === TEXT_PX ? "" : `${textPx}px`;
  style.colorScheme = theme === "system" ? "" : theme;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      const condition = conditions.get(rule) ?? rule.media.mediaText;
      if (!DARK.test(condition)) continue;
      conditions.set(rule, condition);
      rule.media.mediaText = theme === "system" ? condition : theme === "dark" ? "all" : "not all";
    }
  }
}
