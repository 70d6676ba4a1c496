// Pictures of people, laid over the letters that stand for them wherever they are shown. Only who is on the page is
// asked for, together; who has none keeps their letter.

import type { Client } from "@stentor/sdk";
import { el } from "../dom";
import { isOwn, ticketed } from "../media/ticket";
import "./faces.css";

export class Faces {
  // What is put onto the page by itself, such as a dialog.
  readonly #observer = new MutationObserver(() => this.#soon());
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Client) {
    this.#observer.observe(document.body, { childList: true, subtree: true });
    this.draw();
  }

  // With each drawing: somebody may have another picture.
  draw(): void {
    for (const node of document.querySelectorAll<HTMLElement>(".avatar[data-face]")) this.#lay(node);
  }

  end(): void {
    this.#observer.disconnect();
    clearTimeout(this.#timer);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.draw();
    });
  }

  #lay(node: HTMLElement): void {
    const picture = this.client.users.picture(Number(node.dataset["face"]));
    if (picture === undefined || picture === (node.dataset["picture"] ?? "")) return;
    node.dataset["picture"] = picture;
    node.querySelector("img")?.remove();
    if (!isOwn(picture)) return;
    void ticketed(picture).then((src) => {
      if (node.dataset["picture"] !== picture) return;
      const img = el("img", { alt: "", src, class: "face", draggable: "false" });
      // Taken back a moment ago, or no network: the letter stays.
      img.addEventListener("error", () => img.remove());
      node.append(img);
    }, () => {});
  }
}
