// How what somebody wrote is meant to look: **bold**, *italic* or _italic_, ~~struck~~, `code`, ||spoiler||, lines
// behind "> " as a quote, lines between ``` as code. Only whoever shows a message knows of it: its text stays.
//
// Signs are taken for what they mostly are in a chat, letters: they count only at the edges of words, around
// something with a letter or a number in it, and in pairs. One pass over the text, styles as bits: pieces lie
// side by side and never in each other, whatever is written.

import { SPACED } from "./letters";

export const BOLD = 1;
export const ITALIC = 2;
export const STRUCK = 4;
export const CODE = 8;
export const SPOILER = 16;

// What is shown as it is: an address, somebody's name.
export interface Atom {
  text: string;
  href?: string;
  mentioned?: number;
}

export interface Piece extends Atom {
  style: number;
}

export interface Block {
  kind: "plain" | "quote" | "code";
  pieces: Piece[];
}

const FENCE = "```";
const QUOTED = "> ";
const SIGNS: Readonly<Record<string, readonly (readonly [style: number, sign: string])[]>> = {
  "*": [[ITALIC, "*"]],
  "**": [[BOLD, "**"]],
  "***": [[BOLD, "**"], [ITALIC, "*"]],
  "_": [[ITALIC, "_"]],
  "~~": [[STRUCK, "~~"]],
  "||": [[SPOILER, "||"]],
};
const ANY = /[*_~|`\\]|^> /m;
const ESCAPED = /[*~|`]/;
// A sign of emoji style stands behind what is no letter.
const WORD_ENDS = new RegExp(`${SPACED}(?<!\uFE0F)$`, "u");
const WORD_BEGINS = new RegExp(`^${SPACED}`, "u");
const SOLID = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

// `atoms`: the whole text in order, cut into words and what is shown as it is.
export function formatted(atoms: readonly Atom[]): Block[] {
  const text = atoms.map((atom) => atom.text).join("");
  if (!ANY.test(text)) return [{ kind: "plain", pieces: atoms.map((atom) => ({ ...atom, style: 0 })) }];
  const placed = places(atoms);
  const blocks: Block[] = [];
  // Whether a fence may still be closed.
  let fences = true;
  for (let at = 0; at <= text.length; ) {
    const code = fences && text.startsWith(FENCE, at) ? codeAt(text, at) : undefined;
    if (code === "open") fences = false;
    if (typeof code === "object") {
      blocks.push({ kind: "code", pieces: [{ text: code.text, style: 0 }] });
      at = code.next;
      continue;
    }
    const quoted = text.startsWith(QUOTED, at);
    const end = runEnd(text, at, quoted, fences);
    blocks.push({ kind: quoted ? "quote" : "plain", pieces: new Scan(text, at, end, placed).pieces(quoted) });
    at = end + 1;
  }
  return blocks.filter(({ pieces }) => pieces.length > 0);
}

// Without the signs, and without what is hidden until somebody wants it: for lists and quotes.
export function excerptText(blocks: readonly Block[]): string {
  return blocks.map(({ pieces }) => pieces.map(({ text, style }) => (style & SPOILER ? "▒▒▒" : text)).join("")).join("\n");
}

function places(atoms: readonly Atom[]): Map<number, Atom> {
  const placed = new Map<number, Atom>();
  let at = 0;
  for (const atom of atoms) {
    if (atom.href !== undefined || atom.mentioned !== undefined) placed.set(at, atom);
    at += atom.text.length;
  }
  return placed;
}

// What stands between the fence at `at` and the next, and where the text goes on. "open": there is no other.
function codeAt(text: string, at: number): { text: string; next: number } | "open" | undefined {
  const end = text.indexOf(FENCE, at + FENCE.length);
  if (end < 0) return "open";
  const code = text.slice(at + FENCE.length, end);
  if (code.trim() === "") return undefined;
  const after = end + FENCE.length;
  return { text: code.replace(/^\n|\n$/g, ""), next: text[after] === "\n" ? after + 1 : after };
}

// Where lines of one kind end: before the line break behind them.
function runEnd(text: string, from: number, quoted: boolean, fences: boolean): number {
  for (let at = from; ; ) {
    const end = text.indexOf("\n", at);
    if (end < 0) return text.length;
    at = end + 1;
    if (text.startsWith(QUOTED, at) !== quoted || (fences && text.startsWith(FENCE, at))) return end;
  }
}

interface Part extends Piece {
  // The pieces behind it have these styles, or have them no more; 0: it is no sign, or not half of a pair.
  turns: number;
}

// The lines of one block.
class Scan {
  readonly #parts: Part[] = [];
  readonly #open = new Map<number, { part: Part; solid: number }>();
  #words = "";
  // How many letters and numbers stand before.
  #solid = 0;
  #lineEnd = -1;

  constructor(
    private readonly text: string,
    private readonly from: number,
    private readonly to: number,
    private readonly atoms: ReadonlyMap<number, Atom>,
  ) {}

  pieces(quoted: boolean): Piece[] {
    const { text, from, to } = this;
    for (let at = from; at < to; ) {
      const letter = text[at] ?? "";
      if (quoted && (at === from || text[at - 1] === "\n")) at += QUOTED.length;
      else if (this.#atomAt(at)) at += this.#atom(at);
      else if (letter === "`") at += this.#code(at);
      else if (letter === "\\" && at + 1 < to && ESCAPED.test(text[at + 1] ?? "")) at += this.#escaped(at);
      else if ("*_~|".includes(letter)) at += this.#signs(at, letter);
      else at += this.#letter(at);
    }
    this.#flush();
    return joined(this.#parts);
  }

  #atomAt(at: number): Atom | undefined {
    const atom = this.atoms.get(at);
    return atom && at + atom.text.length <= this.to ? atom : undefined;
  }

  #atom(at: number): number {
    const atom = this.#atomAt(at) as Atom;
    this.#push({ ...atom, style: 0 });
    this.#solid += 1;
    return atom.text.length;
  }

  // As long a sign closes it, in the same line.
  #code(at: number): number {
    const sign = /^`{1,3}/.exec(this.text.slice(at, at + 3))?.[0] ?? "`";
    if (at >= this.#lineEnd) this.#lineEnd = lineEnd(this.text, at, this.to);
    const begin = at + sign.length;
    const end = this.text.slice(begin, this.#lineEnd).indexOf(sign);
    const text = this.text.slice(begin, begin + Math.max(end, 0));
    if (text.trim() === "") return this.#plain(sign);
    this.#push({ text, style: CODE });
    this.#solid += 1;
    return end + 2 * sign.length;
  }

  #escaped(at: number): number {
    this.#letter(at + 1);
    return 2;
  }

  #signs(at: number, letter: string): number {
    let end = at;
    while (end < this.to && this.text[end] === letter) end += 1;
    const sign = this.text.slice(at, end);
    const meant = SIGNS[sign];
    const before = at > this.from ? this.text.slice(Math.max(this.from, at - 2), at) : " ";
    const after = end < this.to ? this.text.slice(end, end + 2) : " ";
    const closes = /\S$/u.test(before) && !WORD_BEGINS.test(after);
    // Behind a backslash it is the arm of ¯\_(ツ)_/¯; the other signs are gone by then.
    const opens = /^\S/u.test(after) && !WORD_ENDS.test(before) && !before.endsWith("\\");
    if (!meant || !(opens || closes)) return this.#plain(sign);
    const given = meant.map(([style, text]) => ({ style, text, closes: closes && this.#closable(style) }));
    // Of ***, the inner one closes first.
    const inOrder = given.some(({ closes }) => closes) ? given.toReversed() : given;
    for (const { style, text, closes } of inOrder) {
      if (closes) this.#close(style, text);
      else this.#push({ text, style: 0 }, opens ? style : 0);
    }
    return sign.length;
  }

  // There is something between.
  #closable(style: number): boolean {
    const open = this.#open.get(style);
    return open !== undefined && this.#solid > open.solid;
  }

  #close(style: number, text: string): void {
    const open = this.#open.get(style);
    this.#open.delete(style);
    if (open) open.part.turns = style;
    this.#push({ text, style: 0 }).turns = style;
  }

  #letter(at: number): number {
    const letter = String.fromCodePoint(this.text.codePointAt(at) ?? 0);
    this.#words += letter;
    if (SOLID.test(letter)) this.#solid += 1;
    // Nothing reaches over an empty line.
    if (letter === "\n" && this.text[at - 1] === "\n") this.#open.clear();
    return letter.length;
  }

  #plain(text: string): number {
    this.#words += text;
    return text.length;
  }

  // `opens`: a style that may begin here.
  #push(piece: Piece, opens = 0): Part {
    this.#flush();
    const part = { ...piece, turns: 0 };
    this.#parts.push(part);
    if (opens > 0) this.#open.set(opens, { part, solid: this.#solid });
    return part;
  }

  #flush(): void {
    if (this.#words !== "") this.#parts.push({ text: this.#words, style: 0, turns: 0 });
    this.#words = "";
  }
}

function lineEnd(text: string, at: number, to: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 || end > to ? to : end;
}

// Words of one style that stand side by side are one piece.
function joined(parts: readonly Part[]): Piece[] {
  const pieces: Piece[] = [];
  let now = 0;
  for (const { turns, style, ...atom } of parts) {
    now ^= turns;
    if (turns > 0) continue;
    const last = pieces.at(-1);
    const alike = last && last.style === (now | style) && isWords(last) && isWords(atom);
    if (alike) last.text += atom.text;
    else pieces.push({ ...atom, style: now | style });
  }
  return pieces;
}

function isWords({ href, mentioned }: Atom): boolean {
  return href === undefined && mentioned === undefined;
}
