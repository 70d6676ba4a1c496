// What belongs to the page: which requests its service worker answers, and which caches it keeps.

export interface Shell {
  // Of the build: another one has another.
  version: string;
  // Paths; the page itself is "/".
  files: readonly string[];
}

const PREFIX = "stentor.shell.";

// Nothing: not for the service worker.
export function pathOf({ method, url }: { method: string; url: string }, origin: string): string | undefined {
  const { origin: there, pathname } = new URL(url);
  if (method !== "GET" || there !== origin) return undefined;
  return pathname === "/" || pathname === "/icon.svg" || pathname.startsWith("/assets/") ? pathname : undefined;
}

// The server has spoken, also where it sends somebody elsewhere or refuses; what a proxy says in the place of a
// server that is down is worth less than the page that is held.
export function isAnswer(answer: { status: number } | undefined): boolean {
  return answer !== undefined && answer.status < 500;
}

// Of those in the order in which they were made: all of ours but this build's and the one before.
export function cachesToDrop(names: readonly string[], current: string): string[] {
  const ours = names.filter((name) => name.startsWith(PREFIX) && name !== current);
  return ours.slice(0, -1);
}
