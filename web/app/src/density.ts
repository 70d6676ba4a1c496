// How close messages stand: roomy, or a line each for talk that nobody could follow otherwise. This browser keeps it.

const KEY = "stentor.density";

let compact = read() === "compact";

export function isCompact(): boolean {
  return compact;
}

export function setCompact(on: boolean): void {
  compact = on;
  try {
    if (on) localStorage.setItem(KEY, "compact");
    else localStorage.removeItem(KEY);
  } catch {
    // It is kept as long as this page is open.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
