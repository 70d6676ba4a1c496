// The address of a group: a number behind the #, which no server is ever sent.

export function linkTo(gid: number): string {
  return `${location.origin}${location.pathname}#/g/${gid}`;
}

// From a link, or from the number alone.
export function gidIn(text: string): number | undefined {
  const digits = /(?:#\/g\/|^\s*#?)(\d{1,16})\s*$/.exec(text)?.[1];
  const gid = Number(digits);
  return Number.isSafeInteger(gid) && gid > 0 ? gid : undefined;
}

export function openGroup(gid: number): void {
  location.hash = `#/g/${gid}`;
}
