// Attachments in messages. Their boxes have their size before anything is fetched, so nothing moves when it comes.

import type { Body } from "@stentor/sdk";
import { bdi, button, el, icon } from "../dom";
import { offTabs } from "../row_focus";
import { m, clockWords, sizeWords } from "./texts";
import { isOwn, smallOf, ticketed, ticketedNow } from "./ticket";
import { showLarge } from "./viewer";
import { VoicePlayer } from "./voice_player";
import "./media.css";

type Attachment = Body["attachments"][number];

export function fill(box: HTMLElement, attachment: Attachment): void {
  box.replaceChildren(contentOf(box, attachment));
  if (box.closest(".rows")) offTabs(box);
}

function contentOf(box: HTMLElement, attachment: Attachment): HTMLElement {
  const { kind, address, mediaType } = attachment;
  if (!isOwn(address)) return elsewhere(attachment);
  // What is called a picture and is none has the type that its bytes have, and is a file to be saved.
  if (kind === "image" && mediaType.startsWith("image/")) return picture(box, attachment);
  if (kind === "video" && mediaType.startsWith("video/")) return video(attachment);
  if (kind === "voice" && /^(audio|video)\//.test(mediaType)) return new VoicePlayer(attachment).element;
  return fileRow(attachment);
}

// The address with its ticket, at once where there is one. One that fails is tried again with a new ticket.
export function setSource(element: HTMLImageElement | HTMLMediaElement, address: string, failed: () => void): void {
  const now = ticketedNow(address);
  if (now !== undefined) element.src = now;
  else ticketed(address).then((src) => (element.src = src)).catch(failed);
  element.addEventListener("error", failed, { once: true });
}

function picture(box: HTMLElement, attachment: Attachment): HTMLElement {
  const { name, address } = attachment;
  const image = el("img", { alt: name || m.picture, decoding: "async", draggable: false });
  setSource(image, smallOf(address), () => box.replaceChildren(gone()));
  const open = button("", () => showLarge(attachment), { class: "picture", "aria-label": `${m.open}: ${name || m.picture}` });
  open.append(image);
  return open;
}

function video({ name, address }: Attachment): HTMLElement {
  const player = el("video", { controls: true, preload: "none", playsinline: true, "aria-label": name || m.video });
  // Of one without a small picture this is the video itself, which is no picture and is not shown.
  void ticketed(smallOf(address)).then((src) => (player.poster = src)).catch(() => undefined);
  setSource(player, address, () => player.replaceWith(gone()));
  return player;
}

function fileRow(attachment: Attachment): HTMLElement {
  const { name, size, durationMs } = attachment;
  const facts = [size > 0 && sizeWords(size), durationMs > 0 && clockWords(durationMs)].filter(Boolean).join(" · ");
  const row = button("", () => void save(attachment), { class: "file", title: m.save });
  row.append(icon("down"), el("span", { class: "what" }, bdi(name || m.file, { class: "name" }), el("span", { class: "facts" }, facts)));
  return row;
}

// A link that was made when the message was shown might have ended by now.
async function save({ address, name }: Attachment): Promise<void> {
  const href = await ticketed(address).catch(() => undefined);
  if (href === undefined) return;
  const link = el("a", { href, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

// Nothing of another server is fetched before somebody asks for it.
function elsewhere({ address, name, size }: Attachment): HTMLElement {
  const host = URL.canParse(address) ? new URL(address).host : location.host;
  const facts = [size > 0 && sizeWords(size), m.elsewhere(host)].filter(Boolean).join(" · ");
  return el("a", { class: "file", href: address, target: "_blank", rel: "noopener noreferrer" },
    icon("link"), el("span", { class: "what" }, bdi(name || m.file, { class: "name" }), el("span", { class: "facts" }, facts)));
}

function gone(): HTMLElement {
  return el("em", { class: "gone" }, m.gone);
}
