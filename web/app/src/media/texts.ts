// The words of these modules in the page's language.

import { locale, spoken } from "../language";
import type { MediaTexts } from "./texts_en";

export const m: MediaTexts = await spoken(() => import("./texts_en"), () => import("./texts_zh"));

const KILO = 1024;
const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });

export function sizeWords(bytes: number): string {
  if (bytes < KILO) return m.bytes(bytes);
  if (bytes < KILO * KILO) return m.kilobytes(number.format(bytes / KILO));
  return m.megabytes(number.format(bytes / KILO / KILO));
}

// "0:07", "12:30"
export function clockWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
