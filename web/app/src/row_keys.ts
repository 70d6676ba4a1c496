// The messages by keyboard. Tab goes into the list once, and out again with the next; arrows lead from message to
// message, Enter and the menu key open what can be done with one, left and right lead through what is in it.

import { controlsOf, takeFocus } from "./row_focus";

const ROWS = ".row, .system, .private-note";

// Comes when the list has the keyboard for the first time.
export function rowKeys(scroller: HTMLElement): void {
  let last: Element | undefined;
  const focused = (target: EventTarget | null) => {
    if (target !== scroller) {
      last = rowOf(target);
      // Going back leads out of the list, not to its frame.
      scroller.tabIndex = -1;
    } else if (scroller.matches(":focus-visible")) {
      const row = last?.isConnected && inView(scroller, last) ? last : seen(scroller).at(-1);
      if (row instanceof HTMLElement) takeFocus(row);
    }
  };
  scroller.addEventListener("focusin", ({ target }) => focused(target));
  scroller.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node) || !scroller.contains(relatedTarget)) scroller.tabIndex = 0;
  });
  scroller.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target === scroller) return;
    const row = rowOf(event.target);
    if (row && pressed(scroller, row, event)) event.preventDefault();
  });
  if (scroller.contains(document.activeElement)) focused(document.activeElement);
}

// True: it was meant for the list.
function pressed(scroller: HTMLElement, row: HTMLElement, { key, target }: KeyboardEvent): boolean {
  const way = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (way !== 0) return go(scroller, row, way);
  const aside = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (aside !== 0) return within(row, aside);
  if (key === "Escape" && target !== row) takeFocus(row);
  else if (key === "Enter" && target === row) (row.querySelector<HTMLElement>(".more") ?? controlsOf(row)[0])?.click();
  else return false;
  return true;
}

function go(scroller: HTMLElement, from: HTMLElement, way: 1 | -1): boolean {
  const rows = [...scroller.querySelectorAll<HTMLElement>(ROWS)];
  const near = seen(scroller);
  // Who has scrolled away from it goes on with what they see.
  const to = inView(scroller, from) ? rows[rows.indexOf(from) + way] : way > 0 ? near[0] : near.at(-1);
  if (!to) {
    scroller.scrollBy(0, way * scroller.clientHeight);
    return true;
  }
  takeFocus(to);
  to.scrollIntoView({ block: "nearest" });
  return true;
}

function within(row: HTMLElement, way: 1 | -1): boolean {
  const controls = controlsOf(row).filter((one) => one.checkVisibility());
  const at = controls.indexOf(document.activeElement as HTMLElement);
  const to = at < 0 && way < 0 ? controls.at(-1) : controls[at + way];
  (to ?? row).focus({ preventScroll: true });
  return true;
}

function rowOf(target: EventTarget | null): HTMLElement | undefined {
  return (target instanceof Element && target.closest<HTMLElement>(ROWS)) || undefined;
}

function seen(scroller: HTMLElement): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>(ROWS)].filter((row) => inView(scroller, row));
}

function inView(scroller: HTMLElement, row: Element): boolean {
  const edge = scroller.getBoundingClientRect();
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > edge.top + 1 && top < edge.bottom - 1;
}
