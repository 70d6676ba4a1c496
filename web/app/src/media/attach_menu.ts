// What can be attached: the menu of the composer's clip.

import { el } from "../dom";
import { openMenu, type MenuItem } from "../menu";
import { canRecord } from "./recorder";
import { m } from "./texts";
import type { Tray } from "./tray";

export function openAttachMenu(anchor: HTMLElement, tray: Tray): void {
  const items: MenuItem[] = [{ label: m.files, run: () => pick(tray, {}) }];
  // A desk has no camera to hold.
  if (matchMedia("(pointer: coarse)").matches) {
    items.push({ label: m.camera, run: () => pick(tray, { accept: "image/*,video/*", capture: "environment" }) });
  }
  if (canRecord()) items.push({ label: m.record, run: () => tray.record() });
  openMenu(anchor, m.attach, items);
}

function pick(tray: Tray, attributes: Record<string, string>): void {
  const input = el("input", { type: "file", multiple: true, hidden: true, class: "picked", ...attributes });
  input.addEventListener("change", () => {
    tray.add(input.files ?? []);
    input.remove();
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}
