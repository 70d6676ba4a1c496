// Copying. Over plain http a browser has no clipboard of its own for the page; the old command still works there.

import { el } from "./dom";

export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByCommand(text);
  }
}

// Outside of an open dialog nothing can be chosen, so it is done inside.
function copiedByCommand(text: string): boolean {
  const before = document.activeElement;
  const field = el("textarea", { class: "to-copy", "aria-hidden": "true", tabindex: -1, readonly: true });
  field.value = text;
  ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body).append(field);
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    // There is no such command: the same as a refusal.
  }
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
