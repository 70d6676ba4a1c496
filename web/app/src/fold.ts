// Long messages are shown by their beginning, until somebody wants the rest.

// As many lines as a folded one shows (style.css), in letters of a wide window.
const LINES = 16;
const LETTERS = 1_200;

export function isLong(text: string): boolean {
  if (text.length > LETTERS) return true;
  let lines = 1;
  for (const letter of text) if (letter === "\n" && ++lines > LINES) return true;
  return false;
}
