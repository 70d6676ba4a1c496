// What is attached in each group and not sent yet, while the page lives. Drafts keep the words.

import type { Tray } from "./media/tray";

export class Trays {
  readonly #trays = new Map<number, Tray>();

  // Of a visit before.
  held(gid: number): Tray | undefined {
    return this.#trays.get(gid);
  }

  // Made when something is first attached.
  async of(gid: number): Promise<Tray> {
    const module = await import("./media/tray");
    const tray = this.#trays.get(gid) ?? new module.Tray(gid);
    this.#trays.set(gid, tray);
    return tray;
  }
}
