// What a message says, as nodes: text with its styles, mentions, addresses. Everything is text; an address becomes
// a link, and even its letters stay text.

import type { Body } from "@stentor/sdk";
import { attachmentNode } from "./attachment";
import { linksIn } from "./autolink";
import { bdi, el } from "./dom";
import { excerptText, formatted, BOLD, CODE, ITALIC, SPOILER, STRUCK, type Atom, type Block, type Piece } from "./formatting";
import { pieces } from "./mentions";
import { t } from "./texts";

// What of a message is hidden until somebody wants to see it.
export interface Spoilers {
  shown: boolean;
  show(): void;
}

// From the outermost to the innermost.
const TAGS = [[BOLD, "strong"], [ITALIC, "em"], [STRUCK, "s"], [CODE, "code"]] as const;

export function bodyNodes(body: Body | undefined, uid: number, spoilers: Spoilers = { shown: false, show: () => {} }): Node[] {
  if (!body) return [el("em", { class: "text" }, t.unreadable)];
  const nodes: Node[] = body.attachments.map((attachment) => attachmentNode(attachment));
  if (body.text !== "") nodes.push(textNode(body, uid, spoilers));
  return nodes.length > 0 ? nodes : [el("em", { class: "text" }, t.unreadable)];
}

// One line of it, for lists and quotes.
export function excerptOf(body: Body | undefined, most: number): string {
  const first = body?.attachments[0];
  const text = body ? excerptText(formatted(atomsOf(body))).replace(/\s+/g, " ") : "";
  if (text === "" && first) return t.attachment(first.kind, first.name);
  return [...text].length > most ? `${[...text].slice(0, most).join("")}…` : text;
}

function atomsOf(body: Body): Atom[] {
  return pieces(body).flatMap((piece) => (piece.mentioned === undefined ? linksIn(piece.text) : [piece]));
}

function textNode(body: Body, uid: number, spoilers: Spoilers): HTMLElement {
  const node = el("span", { class: "text", dir: "auto" });
  const blocks = formatted(atomsOf(body));
  const alone = blocks.length === 1 && blocks[0]?.kind === "plain";
  node.append(...blocks.map((block) => (alone ? fragmentOf(block, uid, spoilers) : blockNode(block, uid, spoilers))));
  return node;
}

function blockNode(block: Block, uid: number, spoilers: Spoilers): HTMLElement {
  if (block.kind === "code") return el("pre", {}, el("code", {}, fragmentOf(block, uid, spoilers)));
  return el(block.kind === "quote" ? "blockquote" : "div", { dir: "auto" }, fragmentOf(block, uid, spoilers));
}

function fragmentOf({ pieces }: Block, uid: number, spoilers: Spoilers): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let hidden: HTMLElement | undefined;
  for (const piece of pieces) {
    const node = pieceNode(piece, uid);
    if ((piece.style & SPOILER) === 0) {
      hidden = undefined;
      fragment.append(node);
      continue;
    }
    if (!hidden) {
      hidden = el("span", {});
      fragment.append(spoilerNode(hidden, spoilers));
    }
    hidden.append(node);
  }
  return fragment;
}

function pieceNode({ text, href, mentioned, style }: Piece, uid: number): Node {
  let node: Node = document.createTextNode(text);
  if (href !== undefined) node = el("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
  else if (mentioned !== undefined) node = bdi(text, { class: mentioned === uid ? "mention me" : "mention" });
  for (const [bit, tag] of TAGS.toReversed()) if (style & bit) node = el(tag, {}, node);
  return node;
}

// As long as it is hidden nothing in it can be reached, by a key or by a screen reader either.
function spoilerNode(inside: HTMLElement, { shown, show }: Spoilers): HTMLElement {
  if (shown) return el("span", { class: "spoiler shown" }, inside);
  inside.inert = true;
  const node = el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": t.spoiler, title: t.spoiler }, inside);
  node.addEventListener("click", () => reveal(node, show));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    reveal(node, show);
  });
  return node;
}

// All that one message hides. The focus stays.
function reveal(pressed: HTMLElement, show: () => void): void {
  if (pressed.classList.contains("shown")) return;
  for (const node of pressed.closest(".text")?.querySelectorAll<HTMLElement>(".spoiler") ?? []) {
    node.classList.add("shown");
    for (const name of ["role", "aria-label", "title"]) node.removeAttribute(name);
    node.tabIndex = -1;
    for (const inside of node.children) if (inside instanceof HTMLElement) inside.inert = false;
  }
  show();
}
