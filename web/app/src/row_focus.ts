// Who has the keyboard in a list of rows: a row has it, and what is in the row is reached from there (row_keys).

const CONTROLS = "a, button, audio, video, [role=\"button\"]";

export function controlsOf(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(CONTROLS)];
}

// Tab does not come there.
export function offTabs(row: HTMLElement): void {
  for (const one of controlsOf(row)) one.tabIndex = -1;
}

export function takeFocus(row: HTMLElement): void {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
}
