// One group on the page: its head, its timeline, and where one writes.

import { EntryKind, GroupKind, hexOf, Role, type Client, type Entry, type Group, type Pending } from "@stentor/sdk";
import type { Announcer } from "./announcer";
import { Attaching } from "./attaching";
import { CallJump } from "./call_jump";
import type { Calls } from "./calls";
import { Card } from "./card";
import { Composer } from "./composer";
import { sayFailure } from "./dialog";
import { el, icon, iconButton, isolated, moreButton, setText } from "./dom";
import type { Kept } from "./kept";
import { late } from "./late";
import type { Duties } from "./moderation/duties";
import { PinnedBar } from "./pinned_bar";
import type { Levels } from "./levels";
import type { Link } from "./links";
import { waitWords } from "./storm";
import { t, wholeTime } from "./texts";
import { Timeline } from "./timeline";

const search = () => import("./search");

const TYPING_NAMED = 3;

export class Conversation {
  readonly element = el("section", { class: "conversation" });
  readonly gid: number;
  readonly #name = el("h1", { dir: "auto" });
  readonly #about = el("p", { class: "about" });
  readonly #verified = el("button", { type: "button", class: "verified" });
  readonly #verifiedWords = el("span");
  readonly #tools = el("div", { class: "tools" });
  readonly #whyRead = el("p", { class: "why-read", hidden: true }, t.onlyReads);
  readonly #attaching: Attaching;
  readonly #typing = el("p", { class: "typing" });
  #announcer: Announcer | undefined;
  readonly #composer: Composer;
  readonly #card: Card;
  readonly #pinned = new PinnedBar((seq) => this.#goTo(seq));
  readonly #waits = el("span", { class: "badge", hidden: true, "aria-hidden": "true" });
  #duties: Duties | undefined;
  // Whose admins were asked for since it was opened last.
  #known: Group | undefined;
  readonly #callJump = new CallJump((seq) => this.#goTo(seq));
  // The message that a link leads to, until it is shown; 0: none.
  #led: number;
  #timeline: Timeline;
  #group: Group;

  constructor(
    private readonly client: Client,
    link: Link,
    private readonly kept: Kept,
    private readonly told: { calls: Calls; levels: Levels },
  ) {
    const { gid, invite, seq } = link;
    this.gid = gid;
    this.#led = seq;
    this.#group = client.group(gid);
    this.#card = new Card(client, invite, seq);
    this.#timeline = this.#makeTimeline();
    this.#attaching = new Attaching(kept.trays, gid);
    this.#composer = this.#makeComposer();
    const draft = kept.drafts.of(gid);
    if (draft) this.#composer.restore(draft);
    void import("./announcer").then(({ Announcer }) => this.element.append((this.#announcer = new Announcer(client.uid, (uid) => this.#nameOf(uid))).element), () => {});
    this.#verified.append(icon("shield"), this.#verifiedWords);
    this.#verified.addEventListener("click", () => late(() => import("./dialogs"), ({ showVerified }) => showVerified(this.#group)));
    const more = moreButton(t.groupMenu, (anchor) => late(() => import("./group_menu"), ({ openGroupMenu }) =>
      openGroupMenu(anchor, client, this.#group, this.#name.textContent, { goTo: (seq) => this.#goTo(seq), reports: this.#duties?.reports ?? 0, levels: told.levels })));
    this.#tools.append(iconButton("search", t.search, () => late(search, ({ showSearch }) =>
      showSearch(client, this.#group, (seq) => this.#goTo(seq)))), more, this.#waits);
    const back = iconButton("back", t.back, () => (location.hash = "#/"));
    back.classList.add("back");
    const head = el("header", { class: "bar" },
      back,
      el("div", { class: "title" }, this.#name, this.#about),
      this.#verified, this.#tools,
    );
    this.#takeDrops();
    this.element.append(head, this.#pinned.element, this.#card.element, this.#timeline.element, this.#typing, this.#whyRead, this.#composer.element);
  }

  // Something with a time is shown, so time has to pass on the page.
  get waiting(): boolean {
    return this.#group.outbox.items.some(({ retryAtMs }) => retryAtMs !== undefined) || this.#mutedUntil() > 0;
  }

  entered(): void {
    this.#composer.fit();
    this.#composer.focus();
  }

  // To a message, as soon as the group is open.
  lead(seq: number): void {
    if (seq === 0) return;
    this.#led = seq;
    this.render();
  }

  leave(): void {
    this.#attaching.leave();
    this.#group.reader.flush();
    this.#group.view.left();
    this.#duties?.end();
    this.#duties = undefined;
  }

  // Somebody looks here again.
  seenAgain(): void {
    this.#timeline.seenAgain();
  }

  render(): void {
    this.#refreshGroup();
    const { opened, state, log, mismatches } = this.#group;
    const name = opened?.name || this.client.directory.find(this.gid)?.name || "";
    setText(this.#name, name || (state === "refused" ? t.notIn : t.loading));
    setText(this.#about, this.#aboutWords());
    const fits = state === "open" || mismatches === 0;
    this.#verified.hidden = !opened || log.last === 0;
    this.#verified.dataset["fits"] = String(fits);
    this.#verified.dataset["seq"] = String(log.last);
    this.#verified.title = this.#verified.ariaLabel = fits ? t.verified(log.last) : t.notVerified;
    setText(this.#verifiedWords, fits ? "" : t.notVerified);
    this.#composer.limit(this.client.limits?.textBytes || 8 * 1024);
    this.#composer.name(name);
    const mutedUntil = this.#mutedUntil();
    this.#composer.hold(mutedUntil > 0 ? t.youAreMuted(wholeTime(mutedUntil)) : "");
    this.#composer.wait(waitWords(this.#group.outbox.items));
    this.#composer.resolve(() => state !== "open" || this.#group.entryCache.asking, (entry) => this.#authorOf(entry));
    setText(this.#typing, this.#typingWords());
    const outside = this.#card.render(this.#group);
    this.#tools.hidden = outside;
    this.#timeline.element.hidden = this.#typing.hidden = outside;
    const reads = opened?.settings?.kind === GroupKind.BROADCAST && this.#group.role < Role.ADMIN;
    this.#composer.element.hidden = outside || reads;
    this.#whyRead.hidden = outside || !reads;
    this.element.classList.toggle("reading", reads);
    this.#pinned.render(this.#group, (uid) => this.#nameOf(uid));
    this.#moderates();
    if (!outside) this.#timeline.render();
    this.#announcer?.render(this.#group);
    this.#callJump.render(this.#timeline.element, outside ? [] : this.told.calls.of(this.gid));
    if (this.#led > 0 && state === "open" && this.#timeline.settled) this.#arrive();
  }

  #arrive(): void {
    const seq = this.#led;
    this.#led = 0;
    this.#goTo(seq);
  }

  // Who the admins are, once for each opening; and for an admin what waits for them.
  #moderates(): void {
    const group = this.#group;
    const kind = group.opened?.settings?.kind;
    if (group.state !== "open" || kind === GroupKind.BROADCAST || kind === GroupKind.DIRECT) {
      this.#known = undefined;
      return;
    }
    if (this.#known !== group) {
      this.#known = group;
      group.moderation.loadStaff();
      if (group.role >= Role.ADMIN && !this.#duties) {
        void import("./moderation/duties").then(({ Duties }) => {
          if (this.element.isConnected && this.#group === group) this.#duties ??= new Duties(this.client, group);
        }, () => {});
      }
    }
    const count = this.#duties?.look() ?? 0;
    this.#waits.hidden = count === 0;
    setText(this.#waits, String(count));
    this.#waits.previousElementSibling?.setAttribute("title", count > 0 ? t.duties(count) : t.groupMenu);
  }

  #aboutWords(): string {
    const { opened, online, state } = this.#group;
    const here = state === "open" && !this.client.connection.silent;
    if (!opened) return "";
    const { settings } = opened;
    const direct = settings?.kind === GroupKind.DIRECT;
    return [
      direct ? t.direct : settings?.kind !== GroupKind.BROADCAST && t.members(this.client.members(this.gid)),
      here && online > 1 && t.online(online),
      opened.muted && t.muted,
      settings && settings.slowModeS > 0 && t.slowModeIs(settings.slowModeS),
      settings?.topic && isolated(settings.topic),
    ].filter(Boolean).join(" · ");
  }

  // Files that are dropped anywhere in the group.
  #takeDrops(): void {
    const holds = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true && !this.#composer.element.hidden;
    this.element.addEventListener("dragover", (event) => {
      if (holds(event)) event.preventDefault();
    });
    this.element.addEventListener("drop", (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      this.#attaching.add(event.dataTransfer?.files ?? []);
    });
  }

  // 0: not muted, as far as it is known.
  #mutedUntil(): number {
    const until = this.#group.opened?.mutedUntilMs ?? 0;
    return until > this.client.connection.serverNow() ? until : 0;
  }

  #typingWords(): string {
    const who = this.#group.typing.who;
    if (who.length === 0) return "";
    const names = who.slice(0, TYPING_NAMED).map((uid) => isolated(this.#nameOf(uid)));
    if (who.length > TYPING_NAMED) names.push("…");
    return t.typing(names.join(", "), who.length > 1);
  }

  #nameOf(uid: number): string {
    return this.client.users.name(uid) ?? t.someone(uid);
  }

  #authorOf({ sender }: Entry): string {
    return sender === this.client.uid ? t.you : this.#nameOf(sender);
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
    const group = this.#group;
    return new Timeline(group, this.client, {
      sendAgain: (item) => group.writer.sendAgain(item.cmid),
      discard: (item) => this.#discard(item),
      menu: (entry, anchor) => late(() => import("./message_menu"), ({ openMessageMenu }) => openMessageMenu(anchor, this.client, group, entry, {
        reply: (to) => this.#composer.reply(to, this.#authorOf(to)),
        edit: (what) => this.#composer.edit(what),
        person: (uid) => this.#person(uid),
      })),
      person: (uid) => this.#person(uid),
      react: ({ seq }, emoji, on) => group.entryCommands.react(seq, emoji, on, sayFailure),
      readers: (entry) => late(() => import("./readers"), ({ showReaders }) => showReaders(this.client, group, entry)),
      goTo: (seq) => this.#goTo(seq),
      around: (seq) => this.#around(seq),
    });
  }

  #person(uid: number): void {
    late(() => import("./moderation/person_card"), ({ showPerson }) => showPerson(this.client, this.#group, uid, this.#nameOf(uid)));
  }

  #makeComposer(): Composer {
    return new Composer({
      send: (body) => {
        this.#timeline.toNewest();
        this.#group.send(body);
      },
      edit: (entry, body, ended) => this.#group.entryCommands.edit(entry, body, ended),
      entry: (seq) => this.#group.entryCache.entry(seq),
      lastOwn: () => this.#lastOwn(),
      keep: (draft) => this.kept.drafts.keep(this.gid, draft),
      typed: () => this.#group.typing.typed(),
      mayAll: () => this.#group.role >= Role.ADMIN,
      find: (prefix, found) => {
        const list = this.#group.membership.list(prefix, "members", () => found(list.items.filter(({ uid }) => uid !== this.client.uid)));
        list.more();
      },
    }, this.#attaching);
  }

  #lastOwn(): Entry | undefined {
    const { log, marks } = this.#group;
    return log.entries.findLast(({ seq, sender, kind, recalled }) =>
      sender === this.client.uid && kind === EntryKind.POST && !recalled && !marks.hidden.has(seq));
  }

  #goTo(seq: number): void {
    const { floor, head } = this.#group;
    if (seq <= floor || seq > head) return late(() => import("./go_to"), ({ sayNotThere }) => sayNotThere(seq, floor));
    if (!this.#timeline.goTo(seq)) this.#around(seq);
  }

  #around(seq: number): void {
    late(search, ({ showAround }) => showAround(this.client, this.#group, seq));
  }

  #discard(item: Pending): void {
    this.#group.outbox.discard(item.cmid);
    this.#timeline.forget(hexOf(item.cmid));
    this.render();
  }
}
