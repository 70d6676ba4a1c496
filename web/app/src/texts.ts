// What the page says, in the browser's language.

import { dayKey, daysBetween } from "./days";
import { locale, pageTexts } from "./language";
import type { Texts } from "./texts_en";

export const t: Texts = await pageTexts;

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const fullDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });

const THIS_YEAR_DAYS = 300;

export function clockTime(ms: number): string {
  return clock.format(ms);
}

export function wholeTime(ms: number): string {
  return whole.format(ms);
}

export function dayName(ms: number, nowMs = Date.now()): string {
  const days = daysBetween(ms, nowMs);
  if (days === 0) return t.today;
  if (days === 1) return t.yesterday;
  return days < THIS_YEAR_DAYS ? weekday.format(ms) : fullDay.format(ms);
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
