// Instead of the timeline: why there is none, and what can be done.

import { Code, OustReason, type Client, type Group } from "@stentor/sdk";
import { button, el, isolated, setText } from "./dom";
import { t } from "./texts";
import { wordsOf } from "./words";

// To whoever may not see it a group does not exist; a link may lead in.
const MAY_JOIN: ReadonlySet<Code> = new Set([Code.NOT_FOUND, Code.NOT_A_MEMBER]);

export class Card {
  readonly element = el("div", { class: "card", hidden: true });
  #says = "";
  // The last try to join has said so: to a stranger the group does not exist before.
  #banned = false;

  constructor(
    private readonly client: Client,
    private readonly invite: string,
    // Of the message that a link leads to; 0: it leads to the group.
    private readonly seq: number,
  ) {}

  // False: there is nothing to say, the group is open.
  render(group: Group): boolean {
    // Let in: nothing of what was said before holds any more.
    if (group.state === "open") this.#banned = false;
    const says = this.#about(group);
    this.element.hidden = says === "";
    if (says !== this.#says) {
      this.#says = says;
      if (says !== "") this.#draw(group);
    }
    return says !== "";
  }

  #about(group: Group): string {
    const { state, refusal, oustedBy } = group;
    if (state !== "ousted" && state !== "refused") return "";
    return JSON.stringify([state, refusal?.code, oustedBy?.reason, this.client.users.name(oustedBy?.by ?? 0), this.#waits(group), this.#banned]);
  }

  // Only where one may still be let in: not of somebody who was banned meanwhile.
  #waits(group: Group): boolean {
    return this.client.entrance.asked.has(group.gid) && this.#joinable(group);
  }

  #joinable(group: Group): boolean {
    const { state, refusal } = group;
    if (this.#banned) return false;
    return state === "refused" ? refusal !== undefined && MAY_JOIN.has(refusal.code) : this.#returns(group);
  }

  #draw(group: Group): void {
    const { state, refusal } = group;
    const pending = this.#waits(group);
    const joinable = this.#joinable(group);
    const error = el("p", { class: "error", role: "alert" });
    const join = button(t.join, () => this.#join(group, join, error), { class: "primary" });
    const cancel = button(t.cancel, () => (location.hash = "#/"));
    const title = this.#banned ? t.youAreBanned : state === "ousted" ? this.#oustWords(group) : joinable ? (this.seq > 0 ? t.joinAskMessage : t.joinAsk) : refusal ? wordsOf(refusal) : "";
    const text = pending ? t.pending : joinable ? t.joinAskText(group.gid) : "";
    this.element.replaceChildren(
      el("h2", {}, title), el("p", { role: "status" }, text), error,
      el("div", { class: "buttons" }, cancel, joinable && !pending && join),
    );
  }

  #returns({ oustedBy }: Group): boolean {
    return oustedBy === undefined || oustedBy.reason === OustReason.LEFT || oustedBy.reason === OustReason.KICKED;
  }

  #oustWords({ oustedBy }: Group): string {
    switch (oustedBy?.reason) {
      case OustReason.LEFT:
        return t.youLeft;
      case OustReason.KICKED: {
        const name = this.client.users.name(oustedBy.by);
        return name ? t.kickedBy(isolated(name)) : t.kicked;
      }
      case OustReason.BANNED:
        return t.youAreBanned;
      case OustReason.GROUP_GONE:
        return t.groupGone;
      default:
        return t.ousted;
    }
  }

  #join({ gid }: Group, join: HTMLButtonElement, error: HTMLElement): void {
    join.disabled = true;
    this.client.entrance.join(gid, (ready) => {
      join.disabled = false;
      if (ready === "offline") setText(error, t.noServer);
      else if (!("refused" in ready)) this.#says = "joined";
      else if (ready.refused.code === Code.BANNED) this.#banned = true;
      else if (ready.refused.code !== Code.APPROVAL_PENDING) setText(error, wordsOf(ready.refused));
      this.client.changed();
    }, this.invite);
  }
}
