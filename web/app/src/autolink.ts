// Addresses in what somebody wrote: http://, https:// in any case, and www. with a name behind it. As in
// GitHub's autolinks (GFM 6.9) a closing bracket belongs to an address that has opened it, and the dot at
// the end of a sentence does not. Letters of scripts without spaces end an address.

import { SPACED } from "./letters";

export interface Linked {
  text: string;
  href?: string;
}

const LINK = new RegExp(`(?<![\\w@./-])(?:https?://|www\\.)(?:${SPACED}|[\\-._~:/?#\\[\\]@!$&'()*+,;=%])+`, "giu");
const ENDS_A_SENTENCE = /[.,:;!?'*]$/;
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
  let address = taken;
  for (;;) {
    const last = address.at(-1) ?? "";
    const opens = CLOSES.get(last);
    const alone = opens !== undefined && count(address, last) > count(address, opens);
    if (!alone && !ENDS_A_SENTENCE.test(address)) return address;
    address = address.slice(0, -1);
  }
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
