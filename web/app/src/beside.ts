// On a wide screen what is shown of a group stands beside its talk, in a column of its own; elsewhere over the page, as
// every dialog.

import { openDialog, type Content } from "./dialog";
import { composes } from "./dom";
import { linkIn } from "./links";

const wide = matchMedia("(min-width: 1600px)");

export function openBeside(title: string, content: (close: () => void) => Content): void {
  const frame = document.querySelector(".frame.in-group");
  if (!frame || !wide.matches) openDialog(title, content);
  else openDialog(title, content, () => {}, (dialog) => stand(dialog, frame));
}

// Whoever goes to a message from there finds the list still there.
export function isBeside(node: Element): boolean {
  return node.closest(".beside") !== null;
}

function stand(dialog: HTMLDialogElement, frame: Element): void {
  for (const other of frame.querySelectorAll<HTMLDialogElement>(".beside")) other.close();
  dialog.classList.add("beside");
  frame.append(dialog);
  dialog.show();
  const closing = new AbortController();
  const { signal } = closing;
  dialog.addEventListener("close", () => closing.abort(), { signal });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !composes(event)) dialog.close();
  }, { signal });
  const gid = linkIn(location.hash)?.gid;
  window.addEventListener("hashchange", () => linkIn(location.hash)?.gid !== gid && dialog.close(), { signal });
  wide.addEventListener("change", () => {
    closing.abort();
    // Without the event of one that closes.
    dialog.removeAttribute("open");
    dialog.classList.remove("beside");
    document.body.append(dialog);
    dialog.showModal();
  }, { signal });
}
