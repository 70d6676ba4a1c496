// What the page says, in the browser's language.

import { en, type Texts } from "./texts_en";
import { zh } from "./texts_zh";

const language = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
const chinese = /^zh/i.test(language);

export const t: Texts = chinese ? zh : en;
export const locale = language;
export const pageLanguage = chinese ? "zh" : "en";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const fullDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });

const DAY_MS = 24 * 3_600_000;

export function clockTime(ms: number): string {
  return clock.format(ms);
}

export function wholeTime(ms: number): string {
  return whole.format(ms);
}

// The same for two times of one day, here.
export function dayKey(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

export function dayName(ms: number, nowMs = Date.now()): string {
  if (dayKey(ms) === dayKey(nowMs)) return t.today;
  if (dayKey(ms) === dayKey(nowMs - DAY_MS)) return t.yesterday;
  return nowMs - ms < 300 * DAY_MS ? weekday.format(ms) : fullDay.format(ms);
}

export function listTime(ms: number, nowMs = Date.now()): string {
  if (ms === 0) return "";
  return dayKey(ms) === dayKey(nowMs) ? clock.format(ms) : shortDay.format(ms);
}

// "4 s", "3 min", "2 h": how long until something may be tried again.
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 100) return t.seconds(seconds);
  if (seconds < 100 * 60) return t.minutes(Math.ceil(seconds / 60));
  return t.hours(Math.ceil(seconds / 3600));
}
