// The language that somebody chose here, or the browser's, as far as this page speaks it. Texts of the other one are never loaded.

const LANGUAGE = "stentor.language";

// Empty: as the browser says.
export function chosenLanguage(): string {
  try {
    return localStorage.getItem(LANGUAGE) ?? "";
  } catch {
    return "";
  }
}

// From the next loading of the page on.
export function keepLanguage(tag: string): void {
  if (tag === "") localStorage.removeItem(LANGUAGE);
  else localStorage.setItem(LANGUAGE, tag);
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
