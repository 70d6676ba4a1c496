// The language that somebody chose here, or the browser's, as far as this page speaks it. Texts of the other one are never loaded.

import { browserStorage } from "./browser_storage";

const LANGUAGE = "stentor.language";

// Empty: as the browser says.
export function chosenLanguage(): string {
  return browserStorage.getItem(LANGUAGE) ?? "";
}

// From the next loading of the page on.
export function keepLanguage(tag: string): void {
  if (tag === "") browserStorage.removeItem(LANGUAGE);
  else browserStorage.setItem(LANGUAGE, tag);
}

const language = [chosenLanguage(), ...navigator.languages].find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
const chinese = /^zh/i.test(language);

export const locale = language;
export const pageLanguage = chinese ? "zh" : "en";

// Loads what is said in the language of this page.
export function spoken<Texts>(en: () => Promise<{ texts: Texts }>, zh: () => Promise<{ texts: Texts }>): Promise<Texts> {
  return (chinese ? zh() : en()).then(({ texts }) => texts);
}

// Asked for before the rest of the page is here.
export const pageTexts = spoken(() => import("./texts_en"), () => import("./texts_zh"));
