// What waits for somebody who moderates a group: requests to join and open reports. Asked for when the server says that
// it has changed, and now and then, as that may be lost on its way.

import { openReports, Role, type Client, type Group } from "@stentor/sdk";

const EVERY_MS = 60_000;

export class Duties {
  waiting = 0;
  reports = 0;
  // Of what was asked for last.
  #moved = -1;
  // Not asked yet, or it may have changed while nothing could be heard or nobody looked.
  #due = true;
  readonly #timer = setInterval(() => this.#ask(), EVERY_MS);

  constructor(
    private readonly client: Client,
    private readonly group: Group,
  ) {
    this.look();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  // With each drawing: how much there is, as far as it is known.
  look(): number {
    if (this.group.state !== "open" || this.#moved !== this.group.moderation.moved) this.#due = true;
    if (this.#due) this.#ask();
    return this.waiting + this.reports;
  }

  #ask(): void {
    const { group, client } = this;
    this.#due = true;
    if (group.state !== "open" || group.role < Role.ADMIN || document.visibilityState === "hidden") return;
    this.#due = false;
    this.#moved = group.moderation.moved;
    const waiting = group.membership.list("", "waiting", () => {
      if (waiting.failure) return;
      this.waiting = waiting.items.length;
      client.changed();
    });
    waiting.more();
    group.moderation.log(0, (page) => {
      if ("failure" in page) return;
      // What is recalled already needs no decision.
      this.reports = openReports(page.lines).filter(({ epoch, seq }) => epoch === group.log.epoch && !group.log.at(seq)?.recalled).length;
      client.changed();
    });
  }
}
