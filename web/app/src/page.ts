// The page of somebody signed in: groups on the left, one conversation on the right; on a phone one
// of the two, by the address.

import { Client, platform, type Code } from "@stentor/sdk";
import { device, sessionKey, type Account } from "./account";
import { Attention } from "./attention";
import { Calls } from "./calls";
import { Conversation } from "./conversation";
import { closeDialogs, renderDialogs } from "./dialog";
import { el, isLookedAt, setText } from "./dom";
import { locksHere, openSocket } from "./env";
import type { Kept } from "./kept";
import { Levels } from "./levels";
import type { Faces } from "./profile/faces";
import { linkIn } from "./links";
import type { Notices } from "./notices";
import { Pace } from "./pace";
import { Sidebar, unreadOf } from "./sidebar";
import { Status } from "./status";
import { StormBanner } from "./storm";
import { Tabs } from "./tabs";
import { t } from "./texts";

export interface PagePort {
  // The server has ended it, and says why.
  ended(code: Code): void;
  signOut(): void;
  account(): void;
}

export class Page {
  readonly #client: Client;
  readonly #tabs: Tabs;
  readonly #status: Status;
  readonly #notice: Status;
  readonly #sidebar: Sidebar;
  readonly #storm: StormBanner;
  readonly #stage = el("div", { class: "stage" });
  readonly #hint = el("p", {});
  readonly #nothing = el("div", { class: "nothing" }, el("img", { src: "/icon.svg", alt: "", width: 64, height: 64 }), this.#hint);
  readonly #frame: HTMLElement;
  readonly #attention = new Attention();
  readonly #calls: Calls;
  readonly #levels: Levels;
  // Once there is somebody to be told.
  #notices: Notices | undefined;
  #noticesAsked = false;
  #faces: Faces | undefined;
  readonly #closing = new AbortController();
  #conversation: Conversation | undefined;
  #resting = false;
  readonly #pace = new Pace(() => this.#closing.signal.aborted || this.#render());
  #countdown: ReturnType<typeof setInterval> | undefined;

  constructor(
    root: HTMLElement,
    account: Account,
    private readonly kept: Kept,
    private readonly port: PagePort,
  ) {
    this.#tabs = new Tabs(sessionKey(account), { env: platform, open: openSocket(), changed: () => this.#client.connection.wake() }, locksHere());
    this.#client = new Client(
      {
        env: platform, open: this.#tabs.open, token: account.token, device: device(), client: "stentor-web/0.1",
        userLog: kept.groups.userLog, kept: (gid) => kept.groups.of(gid), save: (unsent, saved) => kept.unsent.save(unsent, saved),
      },
      () => this.#schedule(),
    );
    this.#client.uid = account.uid;
    this.#client.name = account.name;
    this.#calls = new Calls(this.#client);
    this.#levels = new Levels(account.uid);
    // What nobody's account has written.
    this.#client.users.learn(0, t.operator);
    this.#status = new Status(this.#client);
    this.#notice = new Status(this.#client);
    this.#sidebar = new Sidebar(this.#client, this.#calls, this.#status, { account: () => port.account(), signOut: () => this.#signOut() });
    this.#storm = new StormBanner(this.#client);
    this.#frame = el("main", { class: "frame" },
      el("div", { class: "notices" }, this.#storm.element, this.#notice.element), this.#sidebar.element, this.#stage);
    root.replaceChildren(this.#frame);
    kept.groups.begin(this.#client);
    this.#listen();
    this.#route();
    this.#client.restore(kept.old);
    this.#adopt();
    this.#client.connection.start();
    void kept.groups.loadRest();
    void import("./profile/faces").then(({ Faces }) => (this.#faces = new Faces(this.#client)), () => {});
  }

  // Whose page it is goes by another name now.
  named(name: string): void {
    this.#client.name = name;
    this.#client.users.learn(this.#client.uid, name);
    this.#client.users.forgetPicture(this.#client.uid);
    this.#schedule();
  }

  giveUpUploads(): void {
    this.kept.trays.giveUp();
  }

  close(): void {
    this.kept.close();
    this.#closing.abort();
    closeDialogs();
    clearInterval(this.#countdown);
    this.#client.connection.stop();
    this.#tabs.rest();
    this.#attention.end();
    this.#notices?.end();
    this.#faces?.end();
  }

  #listen(): void {
    const { signal } = this.#closing;
    const client = this.#client;
    const { kept } = this;
    window.addEventListener("hashchange", () => this.#route(), { signal });
    window.addEventListener("online", () => this.#network(), { signal });
    window.addEventListener("offline", () => this.#network(), { signal });
    window.addEventListener("blur", () => client.flushReads(), { signal });
    window.addEventListener("focus", () => this.#seenAgain(), { signal });
    // A page that the browser keeps for the way back, or freezes, would keep its socket open for minutes.
    window.addEventListener("pagehide", () => this.#rest(), { signal });
    document.addEventListener("freeze", () => this.#rest(), { signal });
    window.addEventListener("pageshow", () => this.#back(), { signal });
    document.addEventListener("resume", () => this.#back(), { signal });
    window.addEventListener("resize", () => this.#schedule(), { signal });
    window.addEventListener("beforeunload", (event) => {
      kept.unsent.keep(client.unsent);
      if (!kept.unsent.safe) event.preventDefault();
    }, { signal });
    document.addEventListener("visibilitychange", () => {
      const visible = document.visibilityState === "visible";
      if (visible) client.connection.wake();
      else this.#hidden();
      this.#seenAgain();
    }, { signal });
  }

  #network(): void {
    if (navigator.onLine) this.#client.connection.wake();
    else this.#client.connection.doubt();
    this.#schedule();
  }

  #seenAgain(): void {
    if (isLookedAt()) this.#conversation?.seenAgain();
    this.#schedule();
  }

  // Most pages that are hidden on a phone never come back, and hear nothing when they end.
  #hidden(): void {
    this.#client.flushReads();
    this.kept.flush();
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#client.flushReads();
    this.kept.rest(this.#client.unsent);
    this.#client.connection.rest();
    this.#tabs.rest();
  }

  #back(): void {
    if (!this.#resting) return;
    this.#resting = false;
    this.kept.back();
    this.#adopt();
    this.#tabs.back();
    this.#client.connection.back();
  }

  // What other pages of this account have left goes out from here.
  #adopt(): void {
    void this.kept.unsent.follow((left) => {
      if (!this.#closing.signal.aborted) this.#client.restore(left);
      this.#schedule();
    });
  }

  #signOut(): void {
    if (this.#client.unsent.length > 0 && !confirm(t.signOutAsk)) return;
    this.port.signOut();
  }

  #route(): void {
    const link = location.hash.startsWith("#/g/") ? linkIn(location.hash) : undefined;
    const gid = link?.gid;
    // An invitation stands in the address only as long as nobody has looked at it, a message as long as one is not
    // on the way there: the same link leads there again.
    if (link && (link.invite !== "" || link.seq > 0)) history.replaceState(null, "", `#/g/${link.gid}`);
    if (gid !== undefined && gid === this.#conversation?.gid && link?.invite === "") return this.#conversation.lead(link.seq);
    this.#conversation?.leave();
    this.#conversation = undefined;
    if (link) {
      this.#conversation = new Conversation(this.#client, link, this.kept, { calls: this.#calls, levels: this.#levels });
      this.#stage.replaceChildren(this.#conversation.element);
      this.#conversation.entered();
    } else {
      this.#stage.replaceChildren(this.#nothing);
    }
    this.#frame.classList.toggle("in-group", this.#conversation !== undefined);
    this.#schedule();
  }

  #schedule(): void {
    this.#pace.ask();
  }

  #render(): void {
    const { connection } = this.#client;
    const { state } = connection;
    this.kept.unsent.keep(this.#client.unsent);
    this.kept.groups.changed();
    if (state.name === "stopped") return this.port.ended(state.code);
    this.#frame.dataset["connection"] = state.name;
    this.#status.render();
    this.#notice.render();
    this.#storm.render();
    this.#calls.look();
    this.#wake();
    setText(this.#hint, this.#client.directory.groups.length > 0 ? t.pickGroup : t.tagline);
    this.#conversation?.render();
    this.#sidebar.render(this.#conversation?.gid);
    renderDialogs();
    this.#faces?.draw();
    this.#attention.show(this.#client.directory.unread((group) => unreadOf(this.#client, group)), this.#calls.count);
    this.#tell();
    this.#count(state.name === "waiting" || this.#conversation?.waiting === true);
  }

  // Seconds that are shown have to pass.
  #count(counting: boolean): void {
    if (counting === (this.#countdown !== undefined)) return;
    clearInterval(this.#countdown);
    this.#countdown = counting ? setInterval(() => this.#schedule(), 500) : undefined;
  }

  // A group that was quiet for a time is not any more.
  #wake(): void {
    const { connection, directory } = this.#client;
    if (connection.state.name !== "online") return;
    for (const gid of this.#levels.over(connection.serverNow())) {
      if (directory.find(gid)?.muted !== false) this.#client.group(gid).membership.muteForMe(false, () => {});
    }
  }

  // What is said while the page is hidden is told, if somebody has asked for it.
  #tell(): void {
    const hidden = document.visibilityState === "hidden";
    if (this.#notices) return this.#notices.look(hidden);
    if (this.#noticesAsked || !("Notification" in window) || Notification.permission !== "granted") return undefined;
    this.#noticesAsked = true;
    void import("./notices").then(({ Notices }) => {
      if (this.#closing.signal.aborted) return;
      this.#notices = new Notices(this.#client, this.#calls, this.#levels, {
        read: (gid) => this.#client.watched(gid)?.reader.shown ?? this.#client.directory.find(gid)?.read ?? 0,
        open: (gid, seq) => (location.hash = `#/g/${gid}/${seq}`),
      });
      this.#tell();
    }, () => (this.#noticesAsked = false));
    return undefined;
  }
}
