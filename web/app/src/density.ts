// How close messages stand: roomy, or a line each for talk that nobody could follow otherwise. This browser keeps it.

import { browserStorage } from "./browser_storage";

const KEY = "stentor.density";

let compact = browserStorage.getItem(KEY) === "compact";

export function isCompact(): boolean {
  return compact;
}

export function setCompact(on: boolean): void {
  compact = on;
  if (on) browserStorage.setItem(KEY, "compact");
  else browserStorage.removeItem(KEY);
}
