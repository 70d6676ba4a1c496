// The address of a group: a number behind the #, which no server is ever sent, and behind it perhaps the number of
// a message there, or the code of an invitation.

export interface Link {
  gid: number;
  invite: string;
  // 0: none is meant.
  seq: number;
}

export function linkTo(gid: number, invite = ""): string {
  const code = invite === "" ? "" : `/${encodeURIComponent(invite)}`;
  return `${location.origin}${location.pathname}#/g/${gid}${code}`;
}

export function linkToEntry(gid: number, seq: number): string {
  return `${linkTo(gid)}/${seq}`;
}

// From a link, or from the number alone.
export function linkIn(text: string): Link | undefined {
  const found = /(?:#\/g\/|^\s*#?)(\d{1,16})(?:\/([\w.~%-]{1,192}))?\s*$/.exec(text);
  const gid = Number(found?.[1]);
  if (!isId(gid)) return undefined;
  const rest = found?.[2] ?? "";
  // The code of an invitation is longer than any number.
  const seq = Number(rest);
  if (/^\d{1,16}$/.test(rest)) return isId(seq) ? { gid, invite: "", seq } : undefined;
  try {
    return { gid, invite: decodeURIComponent(rest), seq: 0 };
  } catch {
    return undefined;
  }
}

function isId(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0;
}

export function openGroup(gid: number): void {
  location.hash = `#/g/${gid}`;
}
