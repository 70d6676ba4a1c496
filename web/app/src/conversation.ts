// One group on the page: its head, its timeline, and where one writes.

import { hexOf, type Client, type Group, type Pending } from "@stentor/sdk";
import { Composer } from "./composer";
import { askLeave, showShare, showVerified } from "./dialogs";
import { button, el, icon, iconButton, setText } from "./dom";
import { t } from "./texts";
import { Timeline } from "./timeline";
import { wordsOf } from "./words";

export class Conversation {
  readonly element = el("section", { class: "conversation" });
  readonly #name = el("h2", {});
  readonly #about = el("p", { class: "about" });
  readonly #verified = el("button", { type: "button", class: "verified" });
  readonly #verifiedWords = el("span", { class: "long" });
  readonly #verifiedShort = el("span", { class: "short", "aria-hidden": "true" });
  readonly #tools = el("div", { class: "tools" });
  readonly #composer: Composer;
  readonly #card = el("div", { class: "card", hidden: true });
  #timeline: Timeline;
  #group: Group;
  #cardSays = "";

  constructor(
    private readonly client: Client,
    readonly gid: number,
    private readonly drafts: Map<number, string>,
  ) {
    this.#group = client.group(gid);
    this.#timeline = this.#makeTimeline();
    this.#composer = new Composer((text) => this.#say(text));
    this.#composer.text = drafts.get(gid) ?? "";
    this.#verified.append(icon("shield"), this.#verifiedWords, this.#verifiedShort);
    this.#verified.addEventListener("click", () => showVerified(this.#group));
    this.#tools.append(
      iconButton("link", t.share, () => showShare(gid)),
      iconButton("leave", t.leave, () => askLeave(client, gid, this.#name.textContent)),
    );
    const back = iconButton("back", t.back, () => (location.hash = "#/"));
    back.classList.add("back");
    const head = el("header", { class: "bar" },
      back,
      el("div", { class: "title" }, this.#name, this.#about),
      this.#verified, this.#tools,
    );
    this.element.append(head, this.#card, this.#timeline.element, this.#composer.element);
  }

  // Something with a time is shown, so time has to pass on the page.
  get waiting(): boolean {
    return this.#group.outbox.items.some(({ retryAtMs }) => retryAtMs !== undefined);
  }

  entered(): void {
    this.#composer.fit();
    this.#composer.focus();
  }

  leave(): void {
    this.drafts.set(this.gid, this.#composer.text);
    this.#group.reader.flush();
  }

  visibilityChanged(visible: boolean): void {
    this.#timeline.visibilityChanged(visible);
  }

  render(): void {
    this.#refreshGroup();
    const { opened, online, state, log, mismatches } = this.#group;
    const listed = this.client.directory.groups.find(({ gid }) => gid === this.gid);
    const name = opened?.name || listed?.name || "";
    setText(this.#name, name || `#${this.gid}`);
    setText(this.#about, opened ? [t.members(this.client.members(this.gid)), online > 1 && t.online(online)].filter(Boolean).join(" · ") : "");
    const fits = state === "open" || mismatches === 0;
    this.#verified.hidden = !opened || log.last === 0;
    this.#verified.dataset["fits"] = String(fits);
    this.#verified.dataset["seq"] = String(log.last);
    setText(this.#verifiedWords, fits ? t.verified(log.last) : t.notVerified);
    setText(this.#verifiedShort, fits ? `#${log.last}` : "…");
    this.#composer.limit(this.client.limits?.textBytes || 8 * 1024);
    this.#composer.name(name);
    this.#renderCard();
    const inside = this.#card.hidden;
    this.#tools.hidden = !inside;
    this.#timeline.element.hidden = !inside;
    this.#composer.element.hidden = !inside;
    if (inside) this.#timeline.render();
  }

  // After an oust and a new join the client has another Group under the same id.
  #refreshGroup(): void {
    const group = this.client.watched(this.gid);
    if (group === this.#group) return;
    this.#group = this.client.group(this.gid);
    const timeline = this.#makeTimeline();
    this.#timeline.element.replaceWith(timeline.element);
    this.#timeline = timeline;
  }

  #makeTimeline(): Timeline {
    return new Timeline(this.#group, this.client, {
      sendAgain: (item) => this.#group.writer.sendAgain(item.cmid),
      discard: (item) => this.#discard(item),
    });
  }

  #discard(item: Pending): void {
    this.#group.outbox.discard(item.cmid);
    this.#timeline.forget(hexOf(item.cmid));
    this.render();
  }

  #say(text: string): void {
    this.#timeline.toNewest();
    this.#group.send({ text });
  }

  // Instead of the timeline: why there is none, and what can be done.
  #renderCard(): void {
    const { state, refusal } = this.#group;
    const says = state === "ousted" ? "ousted" : state === "refused" ? `refused ${refusal?.code}` : "";
    this.#card.hidden = says === "";
    if (says === this.#cardSays) return;
    this.#cardSays = says;
    if (says === "") return;
    const error = el("p", { class: "error", role: "alert" });
    const join = button(t.join, () => {
      join.disabled = true;
      this.client.join(this.gid, (ready) => {
        join.disabled = false;
        if (ready === "offline") setText(error, t.noServer);
        else if ("refused" in ready) setText(error, wordsOf(ready.refused));
        else this.#cardSays = "joined";
        this.render();
      });
    }, { class: "primary" });
    const cancel = button(t.cancel, () => (location.hash = "#/"));
    const title = state === "ousted" ? t.ousted : t.joinAsk;
    this.#card.replaceChildren(
      el("h2", {}, title), el("p", {}, t.joinAskText(this.gid)), error,
      el("div", { class: "buttons" }, cancel, join),
    );
  }
}
