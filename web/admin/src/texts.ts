// What the page says, in the browser's language.

import { en } from "./texts_en";
import { zh } from "./texts_zh";

const language = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
const chinese = /^zh/i.test(language);

export const t = chinese ? zh : en;
export const pageLanguage = chinese ? "zh" : "en";

const exact = new Intl.NumberFormat(language);
const compact = new Intl.NumberFormat(language, { maximumFractionDigits: 1, notation: "compact" });

export function countText(value: number): string {
  return compact.format(value);
}

// In tables, where each digit counts.
export function numberText(value: number): string {
  return exact.format(value);
}

export function rateText(value: number | undefined): string {
  return (value ?? 0) >= 10 ? countText(value ?? 0) : Number((value ?? 0).toFixed(1)).toString();
}

export function bytesText(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let left = value;
  let place = 0;
  while (left >= 1024 && place < units.length - 1) {
    left /= 1024;
    ++place;
  }
  return `${left.toFixed(left < 10 && place > 0 ? 1 : 0)} ${units[place] ?? ""}`;
}

export function timeText(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  return seconds < 1 ? `≤ ${Number((seconds * 1000).toPrecision(3))} ms` : `≤ ${Number(seconds.toPrecision(3))} s`;
}
