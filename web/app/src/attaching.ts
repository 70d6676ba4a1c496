// What goes out with the next message beside its words: chosen, dropped, pasted or recorded.

import type { Body, Draft } from "@stentor/sdk";
import { iconButton } from "./dom";
import { late } from "./late";
import type { Tray } from "./media/tray";
import { t } from "./texts";
import type { Trays } from "./trays";

export class Attaching {
  readonly clip = iconButton("clip", t.attach, () => this.#openClip());
  #tray: Tray | undefined;
  #show: (tray: HTMLElement) => void = () => {};
  #changed: () => void = () => {};

  constructor(
    private readonly trays: Trays,
    private readonly gid: number,
  ) {
    this.clip.classList.add("clip");
    this.clip.setAttribute("aria-haspopup", "menu");
  }

  // What was attached on a visit before, or by a page before, is there again. `show`: its tray, once there is one. `changed`: what is
  // in it, or how far that is.
  begin(show: (tray: HTMLElement) => void, changed: () => void): void {
    this.#show = show;
    this.#changed = changed;
    const held = this.trays.held(this.gid);
    if (held) this.#take(held);
    this.trays.came = (gid, tray) => gid === this.gid && this.#tray !== tray && this.#take(tray);
  }

  get empty(): boolean {
    return this.#tray?.empty ?? true;
  }

  // Something is not with the server yet.
  get busy(): boolean {
    return this.#tray?.busy ?? false;
  }

  add(files: Iterable<File>): void {
    const all = [...files];
    if (all.length > 0) late(() => this.#here(), (tray) => tray.add(all));
  }

  // A picture is a file; beside it there may be words for what it came from, which nobody means.
  paste(event: ClipboardEvent): void {
    const files = event.clipboardData?.files;
    if (!files || files.length === 0) return;
    event.preventDefault();
    this.add(files);
  }

  take(): Draft<Body>["attachments"] {
    return this.#tray?.take();
  }

  leave(): void {
    this.#tray?.left();
  }

  #openClip(): void {
    const load = async () => ({ tray: await this.#here(), menu: await import("./media/attach_menu") });
    late(load, ({ tray, menu }) => menu.openAttachMenu(this.clip, tray));
  }

  async #here(): Promise<Tray> {
    const tray = await this.trays.of(this.gid);
    if (this.#tray !== tray) this.#take(tray);
    return tray;
  }

  #take(tray: Tray): void {
    this.#tray = tray;
    tray.changed = this.#changed;
    this.#show(tray.element);
    this.#changed();
  }
}
