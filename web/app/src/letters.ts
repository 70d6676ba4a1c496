// What surrounds a word. Several scripts are written without spaces, so a letter of theirs beside a name
// or an address is another word; a letter of any other script belongs to the same one.

const NO_SPACES = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Bopomofo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}";
const WORDS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu;
const SPACELESS = new RegExp(`^[${NO_SPACES}]`, "u");

// What stands in a person's or a group's picture: the first letters of two words, or two of one word. A sign of a
// script without spaces is a word.
export function initials(name: string): string {
  const words = name.match(WORDS) ?? [];
  const [first, last] = [words[0] ?? "", words.at(-1) ?? ""];
  if (first === "") return [...name.trim()][0] ?? "·";
  const letters = words.length > 1 ? [lettersOf(first)[0], lettersOf(last)[0]] : lettersOf(first).slice(0, 2);
  const [one = "", two = ""] = letters;
  if (SPACELESS.test(one)) return one;
  return one.toLocaleUpperCase() + (words.length > 1 ? (SPACELESS.test(two) ? "" : two.toLocaleUpperCase()) : two.toLocaleLowerCase());
}

function lettersOf(word: string): string[] {
  return word.match(/[\p{L}\p{N}]\p{M}{0,2}/gu) ?? [];
}

// One letter, digit or mark of a script that is written with spaces; not the wide forms that stand
// between Chinese letters.
export const SPACED = `(?![${NO_SPACES}\\uFF00-\\uFFEF])[\\p{L}\\p{N}\\p{M}]`;
