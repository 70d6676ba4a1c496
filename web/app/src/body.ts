// What a message says, as nodes: text, mentions, addresses. Everything is text; an address becomes a
// link, and even its letters stay text.

import type { Body } from "@stentor/sdk";
import { linksIn } from "./autolink";
import { bdi, el } from "./dom";
import { pieces } from "./mentions";
import { t } from "./texts";

export function bodyNodes(body: Body | undefined, uid: number): Node[] {
  if (!body) return [el("em", { class: "text" }, t.unreadable)];
  const nodes: Node[] = body.attachments.map(({ kind, name }) => el("em", { class: "text" }, t.attachment(kind, name)));
  if (body.text !== "") nodes.push(textNode(body, uid));
  return nodes.length > 0 ? nodes : [el("em", { class: "text" }, t.unreadable)];
}

// One line of it, for lists and quotes.
export function excerptOf(body: Body | undefined, most: number): string {
  const first = body?.attachments[0];
  const text = body?.text.replace(/\s+/g, " ") ?? "";
  if (text === "" && first) return t.attachment(first.kind, first.name);
  return [...text].length > most ? `${[...text].slice(0, most).join("")}…` : text;
}

function textNode(body: Body, uid: number): HTMLElement {
  const node = el("span", { class: "text", dir: "auto" });
  for (const { text, mentioned } of pieces(body)) {
    if (mentioned === undefined) appendText(node, text);
    else node.append(bdi(text, { class: mentioned === uid ? "mention me" : "mention" }));
  }
  return node;
}

function appendText(node: HTMLElement, text: string): void {
  for (const { text: piece, href } of linksIn(text)) {
    node.append(href === undefined ? piece : el("a", { href, target: "_blank", rel: "noopener noreferrer" }, piece));
  }
}
