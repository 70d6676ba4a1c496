// The browser's language, as far as this page speaks it. Texts of the other one are never loaded.

const language = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
const chinese = /^zh/i.test(language);

export const locale = language;
export const pageLanguage = chinese ? "zh" : "en";

// Loads what is said in the language of this page.
export function spoken<Texts>(en: () => Promise<{ texts: Texts }>, zh: () => Promise<{ texts: Texts }>): Promise<Texts> {
  return (chinese ? zh() : en()).then(({ texts }) => texts);
}

// Asked for before the rest of the page is here.
export const pageTexts = spoken(() => import("./texts_en"), () => import("./texts_zh"));
