// Elements without markup in strings: all text goes through textContent, so nothing that anybody
// writes can become HTML.

import { initials } from "./letters";

type Child = Node | string | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined>;

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(element: Element, children: Child[]): void {
  for (const child of children) if (child) element.append(child);
}

export function button(label: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = el("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", onClick);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-6 16-3-6z",
  clip: "M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.500 3.500 0 0 1 5 5l-8.500 8.500a1.800 1.800 0 0 1-2.500-2.500L14.500 7.500",
  plus: "M12 5v14M5 12h14",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.200 1.200M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.200-1.200",
  leave: "M14 4H6v16h8M11 12h9m-3-3l3 3-3 3",
  up: "M12 19V5m-6 6l6-6 6 6",
  down: "M12 5v14m-6-6l6 6 6-6",
  pause: "M9 6v12M15 6v12",
  check: "M5 13l4.500 4.500L19 7",
  shield: "M12 3l7 3v5.500c0 4.500-3 7.800-7 9.500-4-1.700-7-5-7-9.500V6zM9 12l2.200 2.200L15.200 10",
  alert: "M12 4l9 16H3zM12 10v4m0 2.600v.4",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M3 20c0-4 2.500-6 6-6s6 2 6 6M16 5.500a3 3 0 0 1 0 5.500M17.500 14.500c2.200.6 3.500 2.500 3.500 5.500",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16.500 16.500L21 21",
  close: "M6 6l12 12M18 6L6 18",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v5",
  smile: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9 10h.01M15 10h.01M8.500 14c1.800 2.600 5.200 2.600 7 0",
  quiet: "M6 16V11a6 6 0 0 1 9-5.200M18 11v5l1.500 2h-13M10 20.500h4M4 4l16 16",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.500l3 1.500",
} as const;

export function icon(name: keyof typeof ICONS): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name: keyof typeof ICONS, label: string, onClick: () => void): HTMLButtonElement {
  const element = button("", onClick, { class: "icon-button", "aria-label": label, title: label });
  element.append(icon(name));
  return element;
}

// What somebody wrote, inside of words of ours: letters that turn the direction stay in their place.
export function bdi(text: string, attributes: Attributes = {}): HTMLElement {
  return el("bdi", attributes, text);
}

// The same where there are no elements: titles, labels (FSI and PDI, UAX 9).
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

// Opens a menu; gets itself, so that the menu can stand beside it.
export function moreButton(label: string, open: (anchor: HTMLElement) => void): HTMLButtonElement {
  const element = iconButton("more", label, () => open(element));
  element.classList.add("more");
  element.setAttribute("aria-haspopup", "menu");
  return element;
}

// The colour of a person or a group, wherever they are shown. Ids lie in steps: those that follow each other are
// far apart on the circle. White, and paper, can be read on each of the two depths.
export function hued<Node extends HTMLElement>(id: number, node: Node): Node {
  const stirred = Math.imul(id % 2 ** 31, 0x9e3779b1) >>> 0;
  node.style.setProperty("--hue", `oklch(${(stirred & 512) === 0 ? 0.51 : 0.42} 0.11 ${Math.round((stirred / 2 ** 32) * 360)})`);
  return node;
}

// Of a person, who may have a picture (faces.ts).
export function avatar(uid: number, name: string): HTMLElement {
  const element = groupAvatar(uid, name);
  if (uid > 0) element.dataset["face"] = String(uid);
  return element;
}

export function groupAvatar(id: number, name: string): HTMLElement {
  return hued(id, el("span", { class: "avatar", "aria-hidden": "true" }, initials(name)));
}

// Only what differs is touched, so that a caret, a focus and a selection survive.
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

// While a word is being composed, Enter chooses it and Escape gives it up. Safari ends the composition
// before it tells of the key; there only the number 229 gives it away.
export function composes(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return event.isComposing || event.keyCode === 229;
}

// When the press that has just begun is over: after the click that it may become.
export function afterPress(ended: () => void): void {
  const released = new AbortController();
  const release = () => {
    released.abort();
    setTimeout(ended);
  };
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, release, released);
}

// Somebody looks at this page: it is in front, and keys go to it.
export function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
