// Mentions as the wire has them: an id, and the place in the text, in bytes, of the letters that mean it.

import type { Body } from "@stentor/sdk";

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

// Where these names stand in a text. Longer names first: @Ann is not meant in @Annette.
export function mentionsIn(text: string, names: ReadonlyMap<string, number>): Mention[] {
  const found: Mention[] = [];
  let rest = text;
  for (const [name, uid] of [...names].toSorted(([a], [b]) => b.length - a.length)) {
    for (let i = rest.indexOf(name); i >= 0; i = rest.indexOf(name, i + name.length)) {
      found.push({ uid, offset: encoder.encode(text.slice(0, i)).length, length: encoder.encode(name).length });
      rest = rest.slice(0, i) + " ".repeat(name.length) + rest.slice(i + name.length);
    }
  }
  return found.toSorted((a, b) => a.offset - b.offset);
}
