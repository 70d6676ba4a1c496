// What surrounds a word. Several scripts are written without spaces, so a letter of theirs beside a name
// or an address is another word; a letter of any other script belongs to the same one.

const NO_SPACES = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Bopomofo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}";

// One letter, digit or mark of a script that is written with spaces; not the wide forms that stand
// between Chinese letters.
export const SPACED = `(?![${NO_SPACES}\\uFF00-\\uFFEF])[\\p{L}\\p{N}\\p{M}]`;
