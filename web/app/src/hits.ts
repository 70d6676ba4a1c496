// Where the words that were looked for stand in a text, as the server finds them: by their beginnings, whatever the
// case, the width of letters and their accents; in scripts without spaces anywhere.

import { SPACED } from "./letters";

export interface Hit {
  from: number;
  to: number;
}

const IN_A_WORD = new RegExp(`^${SPACED}$`, "u");
const BEFORE = 40;

// In order; none reaches into another.
export function hitsIn(text: string, words: string): Hit[] {
  const wanted = words.split(/\s+/).map((word) => folded(word)).filter((word) => word !== "").toSorted((a, b) => b.length - a.length);
  if (wanted.length === 0) return [];
  const { flat, starts, ends } = flattened(text);
  const hits: Hit[] = [];
  let begins = true;
  for (let at = 0; at < flat.length; ) {
    // Not in the middle of a letter that stands for several.
    const word: string | undefined = begins && starts[at] !== starts[at - 1] ? wanted.find((one) => flat.startsWith(one, at)) : undefined;
    const next: number = word ? at + word.length : at + 1;
    if (word) hits.push({ from: starts[at] ?? 0, to: ends[next - 1] ?? text.length });
    const last: string = flat[next - 1] ?? "";
    begins = !IN_A_WORD.test(last) || !IN_A_WORD.test(flat[next] ?? "");
    at = next;
  }
  return hits;
}

// So many letters of a text, with its first hit among them.
export function windowOf(text: string, hits: readonly Hit[], letters: number): { from: number; to: number } {
  const first = hits[0];
  const from = !first || first.to <= letters ? 0 : startOf(text, Math.max(0, first.from - BEFORE));
  return { from, to: startOf(text, Math.min(text.length, from + letters)) };
}

// For each unit of the folded text where the letter that it came of begins and ends; marks belong to the one before.
function flattened(text: string): { flat: string; starts: number[]; ends: number[] } {
  let flat = "";
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const letter of text) {
    const one = folded(letter);
    const end = at + letter.length;
    for (let i = 0; i < one.length; ++i) {
      starts.push(at);
      ends.push(end);
    }
    if (one === "") reach(ends, at, end);
    flat += one;
    at = end;
  }
  return { flat, starts, ends };
}

function reach(ends: number[], from: number, to: number): void {
  for (let i = ends.length - 1; i >= 0 && ends[i] === from; --i) ends[i] = to;
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// Not in the middle of a letter of two units.
function startOf(text: string, at: number): number {
  return /[\uDC00-\uDFFF]/.test(text[at] ?? "") ? at - 1 : at;
}
