// How this browser shows the page: its colours, the size of its text, its language.

import { el } from "../dom";
import { chosenLanguage, keepLanguage } from "../language";
import { keepLook, keptLook, type Theme } from "../look";
import { t } from "./texts";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const TEXT_PX = [14, 16, 18, 21];
const LANGUAGES = ["", "en", "zh"];

export function looksSection(): HTMLElement {
  const { theme, textPx } = keptLook();
  const colours = choice("theme", t.themes, THEMES.indexOf(theme));
  const size = choice("text-size", t.textSizes, TEXT_PX.indexOf(textPx));
  const language = choice("language", t.languages, LANGUAGES.indexOf(chosenLanguage()));
  const kept = () => keepLook({ theme: THEMES[Number(colours.value)] ?? "system", textPx: TEXT_PX[Number(size.value)] ?? 16 });
  colours.addEventListener("change", kept);
  size.addEventListener("change", kept);
  // Texts of one language are loaded, and no others: the page begins anew.
  language.addEventListener("change", () => {
    keepLanguage(LANGUAGES[Number(language.value)] ?? "");
    location.reload();
  });
  return el("section", { class: "looks" },
    el("h3", {}, t.looks),
    el("label", { for: colours.id }, t.theme), colours,
    el("label", { for: size.id }, t.textSize), size,
    el("label", { for: language.id }, t.language), language,
  );
}

function choice(id: string, words: readonly string[], chosen: number): HTMLSelectElement {
  const select = el("select", { id }, ...words.map((word, i) => el("option", { value: i }, word)));
  select.value = String(Math.max(0, chosen));
  return select;
}
