// A picture by itself, as large as the screen.

import type { Body } from "@stentor/sdk";
import { el, iconButton } from "../dom";
import { m } from "./texts";
import { smallOf, ticketed, ticketedNow } from "./ticket";

export function showLarge({ address, name, width, height }: Body["attachments"][number]): void {
  const image = el("img", { alt: name || m.picture, width: width || undefined, height: height || undefined });
  const dialog = el("dialog", { class: "viewer", "aria-label": name || m.picture }, image, iconButton("close", m.close, () => dialog.close()));
  // The small one stands there until the large one is drawn.
  const small = ticketedNow(smallOf(address));
  if (small !== undefined) image.src = small;
  void ticketed(address).then(async (src) => {
    const large = el("img", { src });
    await large.decode().catch(() => undefined);
    image.src = src;
  }).catch(() => undefined);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || target === image) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
