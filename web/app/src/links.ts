// The address of a group: a number behind the #, which no server is ever sent, and behind it perhaps
// the code of an invitation.

export interface Link {
  gid: number;
  invite: string;
}

export function linkTo(gid: number, invite = ""): string {
  const code = invite === "" ? "" : `/${encodeURIComponent(invite)}`;
  return `${location.origin}${location.pathname}#/g/${gid}${code}`;
}

// From a link, or from the number alone.
export function linkIn(text: string): Link | undefined {
  const found = /(?:#\/g\/|^\s*#?)(\d{1,16})(?:\/([\w.~%-]{1,192}))?\s*$/.exec(text);
  const gid = Number(found?.[1]);
  if (!Number.isSafeInteger(gid) || gid <= 0) return undefined;
  try {
    return { gid, invite: decodeURIComponent(found?.[2] ?? "") };
  } catch {
    return undefined;
  }
}

export function openGroup(gid: number): void {
  location.hash = `#/g/${gid}`;
}
