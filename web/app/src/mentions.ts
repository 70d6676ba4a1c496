// Mentions as the wire has them: an id, and the place in the text, in bytes, of the letters that mean it.

import type { Body } from "@stentor/sdk";
import { SPACED } from "./letters";

// "@all" of somebody who writes in the other language means the same.
export const MENTIONS_ALL: readonly string[] = ["all", "所有人"];

type Mention = Body["mentions"][number];

export interface Piece {
  text: string;
  mentioned?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function isMentioned(body: Body | undefined, uid: number): boolean {
  return body !== undefined && (body.mentionAll || body.mentions.some((one) => one.uid === uid));
}

// Places are said in bytes; one that lies outside of the text, in another, or in the middle of a letter
// is none.
export function pieces({ text, mentions }: Pick<Body, "text" | "mentions">): Piece[] {
  if (mentions.length === 0) return [{ text }];
  const bytes = encoder.encode(text);
  const found: Piece[] = [];
  let at = 0;
  for (const { uid, offset, length } of mentions.toSorted((a, b) => a.offset - b.offset)) {
    const end = offset + length;
    if (offset < at || length === 0 || end > bytes.length || inside(bytes, offset) || inside(bytes, end)) continue;
    if (offset > at) found.push({ text: decoder.decode(bytes.subarray(at, offset)) });
    found.push({ text: decoder.decode(bytes.subarray(offset, end)), mentioned: uid });
    at = end;
  }
  if (at < bytes.length) found.push({ text: decoder.decode(bytes.subarray(at)) });
  return found;
}

// UTF-8: 10xxxxxx goes on with what began before.
function inside(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xc0) === 0x80;
}

// What one is about to mention: the letters behind an @, also a wide one, also right behind Chinese letters.
// An @ inside of bob@example.org is none.
const BEGUN = new RegExp(`(?<!${SPACED}|[\\w.%+-])[@\uFF20]([^\\s@\uFF20]{0,64})$`, "u");

export function begunIn(text: string): string | undefined {
  return BEGUN.exec(text)?.[1];
}

const IN_A_WORD = new RegExp(`(?:${SPACED}|[\\w.%+-])$`, "u");
const GOES_ON = new RegExp(`^(?:${SPACED}|[_\u200D])`, "u");

// Where these names stand in a text, as words of their own: @Bob is not meant in @Bobby, nor in
// bob@Bob.example. Longer names first: @Ann Lee is not @Ann.
export function mentionsIn(text: string, names: ReadonlyMap<string, number>): Mention[] {
  const found: Mention[] = [];
  let rest = text;
  for (const [name, uid] of [...names].toSorted(([a], [b]) => b.length - a.length)) {
    for (let i = rest.indexOf(name); i >= 0; i = rest.indexOf(name, i + name.length)) {
      if (!standsAlone(text, i, i + name.length)) continue;
      found.push({ uid, offset: encoder.encode(text.slice(0, i)).length, length: encoder.encode(name).length });
      rest = rest.slice(0, i) + " ".repeat(name.length) + rest.slice(i + name.length);
    }
  }
  return found.toSorted((a, b) => a.offset - b.offset);
}

function standsAlone(text: string, from: number, to: number): boolean {
  return !IN_A_WORD.test(text.slice(0, from)) && !GOES_ON.test(text.slice(to));
}
