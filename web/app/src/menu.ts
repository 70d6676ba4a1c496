// A small menu at the thing that it is about. Arrow keys move in it, Escape leads back.

import { el } from "./dom";
import "./menu.css";

export interface MenuItem {
  label: string;
  run(): void;
  danger?: boolean;
  // In the row at the top; `label` is only said.
  sign?: string;
}

let closeOpen: (() => void) | undefined;

// `about`: a line above them.
export function openMenu(anchor: HTMLElement, label: string, items: readonly MenuItem[], about = ""): void {
  closeOpen?.();
  // What it is about may have gone while this menu was loaded.
  if (items.length === 0 || !anchor.isConnected) return;
  const closing = new AbortController();
  const { signal } = closing;
  const close = (back: boolean) => {
    closing.abort();
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    closeOpen = undefined;
    if (back) anchor.focus();
  };
  const nodes = items.map((item) => itemNode(item, () => {
    close(true);
    item.run();
  }));
  const signs = nodes.filter((_, i) => items[i]?.sign !== undefined);
  const rest = nodes.filter((_, i) => items[i]?.sign === undefined);
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label },
    about !== "" && el("div", { class: "about-menu", role: "none" }, about),
    signs.length > 0 && el("div", { class: "signs", role: "none" }, ...signs), ...rest);
  // Inside of a dialog everything outside of it is out of reach.
  (anchor.closest("dialog, main") ?? document.body).append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  closeOpen = () => close(false);
  menu.addEventListener("keydown", (event) => onKey(event, [...signs, ...rest], close), { signal });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target as Node)) close(false);
  }, { signal, capture: true });
  window.addEventListener("resize", () => close(false), { signal });
  (signs[0] ?? rest[0])?.focus();
}

function itemNode({ label, danger, sign }: MenuItem, chosen: () => void): HTMLElement {
  const classes = [danger ? "danger" : "", sign === undefined ? "" : "sign"].join(" ").trim();
  const node = el("button", { type: "button", role: "menuitem", tabindex: -1, class: classes, "aria-label": sign === undefined ? undefined : label }, sign ?? label);
  node.addEventListener("click", chosen);
  return node;
}

function onKey(event: KeyboardEvent, nodes: readonly HTMLElement[], close: (back: boolean) => void): void {
  const at = nodes.indexOf(document.activeElement as HTMLElement);
  const last = nodes.length - 1;
  const steps: Record<string, number> = {
    ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: last,
  };
  const to = steps[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    // A dialog around it stays open.
    event.preventDefault();
    event.stopPropagation();
    return close(true);
  }
  if (to === undefined) return;
  event.preventDefault();
  nodes[to > last ? 0 : to < 0 ? last : to]?.focus();
}

// Below the anchor, or above it where there is no room.
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(Math.max(8, at.right - width), innerWidth - width - 8);
  const below = at.bottom + 4 + height <= innerHeight;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
}
