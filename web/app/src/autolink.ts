// Addresses in what somebody wrote: http://, https:// in any case, and www. with a name behind it. As in
// GitHub's autolinks (GFM 6.9) a closing bracket belongs to an address that has opened it, and the dot at
// the end of a sentence does not. Letters of scripts without spaces end an address.

import { SPACED } from "./letters";

export interface Linked {
  text: string;
  href?: string;
}

const LINK = new RegExp(`(?<![a-z0-9@./-])(?:https?://|www\\.)(?:${SPACED}|[\\-._~:/?#\\[\\]@!$&'()*+,;=%])+`, "giu");
// Also what closes a style, see formatting.ts.
const ENDS_A_SENTENCE = /[.,:;!?'*_~]/;
const CLOSES = new Map([[")", "("], ["]", "["]]);
const NAMED = /^www\.[^/?#:@]+\.[\p{L}\p{N}-]{2,}(?=$|[/?#:])/iu;

export function linksIn(text: string): Linked[] {
  const found: Linked[] = [];
  let at = 0;
  for (const { 0: taken, index } of text.matchAll(LINK)) {
    const address = trimmed(taken);
    const href = hrefOf(address);
    if (href === undefined) continue;
    if (index > at) found.push({ text: text.slice(at, index) });
    found.push({ text: address, href });
    at = index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

function trimmed(taken: string): string {
  // How many of each bracket are closed more often than opened.
  const over = new Map([...CLOSES].map(([closes, opens]) => [closes, count(taken, closes) - count(taken, opens)]));
  let end = taken.length;
  for (; end > 0; --end) {
    const last = taken[end - 1] ?? "";
    const alone = over.get(last) ?? 0;
    if (alone > 0) over.set(last, alone - 1);
    else if (!ENDS_A_SENTENCE.test(last)) break;
  }
  return taken.slice(0, end);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

function hrefOf(address: string): string | undefined {
  const bare = /^www\./i.test(address);
  if (bare && !NAMED.test(address)) return undefined;
  try {
    const { protocol, host, href } = new URL(bare ? `http://${address}` : address);
    return /^https?:$/.test(protocol) && host !== "" ? href : undefined;
  } catch {
    return undefined;
  }
}
