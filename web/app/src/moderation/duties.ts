// What waits for somebody who moderates a group: wishes to join and open reports. Asked for now and then while
// the group is open: nobody is told when one comes.

import { openReports, Role, type Client, type Group } from "@stentor/sdk";

const EVERY_MS = 30_000;

export class Duties {
  waiting = 0;
  reports = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly client: Client,
    private readonly group: Group,
  ) {
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    this.#look();
  }

  get count(): number {
    return this.waiting + this.reports;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  // Something was decided here.
  again(): void {
    this.#look();
  }

  #look(): void {
    const { group, client } = this;
    if (group.state !== "open" || group.role < Role.ADMIN || document.visibilityState === "hidden") return;
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
