// What is attached in each group and not sent yet, also by a page before this one that was reloaded or crashed. Drafts
// keep the words.

import type { Database } from "./database";
import { locksHere } from "./env";
import type { KeptUploads } from "./media/kept_uploads";
import type { Tray } from "./media/tray";

export class Trays {
  readonly #trays = new Map<number, Tray>();
  #kept: KeptUploads | undefined;
  #closed = false;

  // Something of a page before is there now.
  came: (gid: number, tray: Tray) => unknown = () => {};

  // `left`: how many files pages before this one have left.
  constructor(
    private readonly database: Database | undefined,
    left: number,
  ) {
    if (left > 0) void this.#modules().catch(() => {});
  }

  // Of a visit before.
  held(gid: number): Tray | undefined {
    return this.#trays.get(gid);
  }

  // Made when something is first attached.
  async of(gid: number): Promise<Tray> {
    const { module, kept } = await this.#modules();
    const tray = this.#trays.get(gid) ?? new module.Tray(gid, kept);
    this.#trays.set(gid, tray);
    return tray;
  }

  // Whoever signs out leaves nothing on its way, at the server neither.
  giveUp(): void {
    for (const tray of this.#trays.values()) tray.giveUp();
  }

  close(): void {
    this.#closed = true;
    for (const tray of this.#trays.values()) tray.close();
    this.#kept?.close();
  }

  async #modules(): Promise<{ module: typeof import("./media/tray"); kept: KeptUploads }> {
    const [module, { KeptUploads }] = await Promise.all([import("./media/tray"), import("./media/kept_uploads")]);
    if (!this.#kept) {
      this.#kept = new KeptUploads(this.database, locksHere());
      if (!this.#closed) void this.#kept.follow((upload) => void this.#takeUp(upload));
    }
    return { module, kept: this.#kept };
  }

  async #takeUp(upload: Parameters<Tray["takeUp"]>[0]): Promise<void> {
    const { gid } = upload.row;
    const tray = await this.of(gid);
    if (this.#closed) return;
    tray.takeUp(upload);
    this.came(gid, tray);
  }
}
