// The box of an attachment. It has its size from what the message says, so that nothing moves when the modules that
// show it, and then the picture, have come.

import type { Body } from "@stentor/sdk";
import { el } from "./dom";
import { t } from "./texts";

type Attachment = Body["attachments"][number];

const MOST = 320;
const LEAST = 48;

let shown: Promise<typeof import("./media/shown")> | undefined;

export function attachmentNode(attachment: Attachment): HTMLElement {
  const { kind, name } = attachment;
  const box = el("div", { class: "attachment", "data-kind": kind }, el("em", { class: "text" }, t.attachment(kind, name)));
  const { width, height } = boxOf(attachment);
  if (width > 0) {
    box.style.width = `${width}px`;
    box.style.aspectRatio = `${width} / ${height}`;
  }
  // Where they cannot be fetched the words stay.
  shown ??= import("./media/shown");
  shown.then(({ fill }) => fill(box, attachment)).catch(() => (shown = undefined));
  return box;
}

// What a sender says of a size is a wish: no picture is a line, or larger than a page. 0: a row of its own height.
export function boxOf({ kind, width, height }: Pick<Attachment, "kind" | "width" | "height">): { width: number; height: number } {
  if ((kind !== "image" && kind !== "video") || width === 0 || height === 0) return { width: 0, height: 0 };
  const scale = Math.min(1, MOST / Math.max(width, height));
  const side = (length: number) => Math.max(LEAST, Math.round(length * scale));
  return { width: side(width), height: side(height) };
}
