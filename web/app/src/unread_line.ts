// Where somebody stopped reading: a line above the first message that they have not seen, wherever that is.

import type { Reader } from "@stentor/sdk";

export class UnreadLine {
  // It stands behind this entry; 0: nowhere.
  after = 0;
  // How many were unread when it was drawn.
  count = 0;
  // It was in view: nobody needs to be led there any more.
  met = false;

  // Who has read nothing that they may see has just come, and begins with what is said now.
  draw(reader: Pick<Reader, "shown" | "unread">, floor: number): void {
    const unread = reader.unread();
    if (unread === 0 || reader.shown <= floor) return;
    this.after = reader.shown;
    this.count = unread;
    this.met = false;
  }

  remove(): void {
    this.after = 0;
  }

  get key(): string {
    return `n${this.after + 1}`;
  }
}
