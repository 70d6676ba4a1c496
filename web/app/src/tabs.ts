// One socket for all tabs of an account: the tab that holds a Web Lock has it, and the others speak through that
// tab over BroadcastChannels, to which their SDK speaks as to a socket. When the lock is free the next one in its
// queue takes over, and wakes the others. A page that is put away lets go of it; one that holds it and does not
// answer is robbed.
//
// Without Web Locks (plain http) each tab has a socket of its own. So have tabs beyond TABS_MAX: the server lets
// one connection watch 64 groups, and each tab may watch 8.

import { SharedSocket, type Env, type OpenSocket, type Socket, type SocketEvents } from "@stentor/sdk";

const TABS_MAX = 8;
const PING_EVERY_MS = 1_000;
const PINGS_MISSED = 3;
const ABNORMAL = 1006;

// To all tabs, from one of them.
type Said =
  | { kind: "join" | "ping"; from: string; link: number }
  | { kind: "send"; from: string; link: number; bytes: Uint8Array }
  | { kind: "drop"; from: string; link: number }
  | { kind: "leads"; from: string };

// To one tab, from the one that has the socket.
type Told =
  | { kind: "joined" | "full" | "opened" | "alive"; link: number }
  | { kind: "received"; link: number; bytes: Uint8Array }
  | { kind: "closed"; link: number; code: number };

// A tab that speaks through this one.
interface Follower {
  link: number;
  socket: Socket;
  inbox: BroadcastChannel;
  gone: AbortController;
}

// What the SDK of this tab has for its socket.
interface Link {
  id: number;
  events: SocketEvents;
  // In this tab after all.
  own?: Socket;
}

export interface TabsPort {
  env: Env;
  // Opens a socket of this tab's own.
  open: OpenSocket;
  // Another tab has the socket now, or this one: who waits need not.
  changed(): void;
}

export class Tabs {
  readonly #id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  readonly #name: string;
  readonly #followers = new Map<string, Follower>();
  #all: BroadcastChannel | undefined;
  #inbox: BroadcastChannel | undefined;
  // Ends all that this tab holds or waits for.
  #here = new AbortController();
  #role: "unknown" | "leads" | "follows" = "unknown";
  #shared: SharedSocket | undefined;
  #letGo: (() => void) | undefined;
  #link: Link | undefined;
  // Not connected to anything yet: nobody knows who has the socket.
  #fresh: Link | undefined;
  #links = 0;
  #pings = 0;
  #pinging: ReturnType<typeof setInterval> | undefined;

  // `key`: of what is shared, such as an account's session.
  constructor(
    key: string,
    private readonly port: TabsPort,
    private readonly locks: LockManager | undefined,
  ) {
    this.#name = `stentor.socket.${key}`;
    this.back();
  }

  // For ClientOptions.
  readonly open: OpenSocket = (events) => {
    const link: Link = { id: ++this.#links, events };
    this.#link = link;
    this.#connect(link);
    return { send: (bytes) => this.#send(link, bytes), drop: () => this.#drop(link) };
  };

  // The page is put away: another tab may have the socket.
  rest(): void {
    this.#here.abort();
    this.#role = "unknown";
    this.#resign();
    clearInterval(this.#pinging);
    this.#all?.close();
    this.#inbox?.close();
    this.#all = this.#inbox = undefined;
  }

  back(): void {
    if (!this.locks || this.#all) return;
    this.#here = new AbortController();
    this.#all = new BroadcastChannel(this.#name);
    this.#inbox = new BroadcastChannel(`${this.#name}.${this.#id}`);
    this.#all.addEventListener("message", ({ data }) => this.#heard(data as Said));
    this.#inbox.addEventListener("message", ({ data }) => this.#told(data as Told));
    this.#hold(`${this.#name}.${this.#id}`);
    this.#request({ ifAvailable: true });
  }

  // ---- Who has the socket

  #hold(name: string): void {
    const { signal } = this.#here;
    void this.locks?.request(name, { signal }, () => new Promise<void>((end) => signal.addEventListener("abort", () => end()))).catch(() => {});
  }

  #request(options: LockOptions): void {
    const { signal } = this.#here;
    const waits = options.ifAvailable || options.steal ? options : { ...options, signal };
    const held = this.locks?.request(this.#name, waits, (lock) => {
      if (signal.aborted) return undefined;
      if (lock) return this.#lead();
      this.#follow();
      return this.#request({});
    });
    // Given up, or robbed by a tab that this one has not answered.
    void held?.catch(() => {
      if (signal.aborted || this.#role !== "leads") return;
      this.#resign();
      this.#follow();
      this.#request({});
    });
  }

  // Until the page lets go of it.
  #lead(): Promise<void> {
    clearInterval(this.#pinging);
    this.#role = "leads";
    this.#shared = new SharedSocket(this.port.env, this.port.open);
    this.#say({ kind: "leads", from: this.#id });
    this.#moved();
    return new Promise((end) => (this.#letGo = end));
  }

  #resign(): void {
    for (const { inbox, gone } of this.#followers.values()) {
      gone.abort();
      // What it is told now is still on its way.
      setTimeout(() => inbox.close());
    }
    this.#shared?.close();
    this.#shared = undefined;
    this.#followers.clear();
    this.#letGo?.();
  }

  #follow(): void {
    this.#role = "follows";
    this.#pings = 0;
    clearInterval(this.#pinging);
    this.#pinging = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#moved();
  }

  // Nobody looks at a hidden page, and its timers sleep: it robs nobody.
  #ping(): void {
    if (document.visibilityState !== "visible") {
      this.#pings = 0;
      return;
    }
    if (this.#pings++ < PINGS_MISSED) return this.#say({ kind: "ping", from: this.#id, link: 0 });
    this.#pings = 0;
    return this.#request({ steal: true });
  }

  // A socket that is waited for is made where it is now; one through another tab is over.
  #moved(): void {
    const link = this.#link;
    if (link && !link.own) {
      if (this.#fresh === link) this.#connect(link);
      else this.#closed(link, ABNORMAL);
    }
    this.port.changed();
  }

  // ---- The socket of this tab

  #connect(link: Link): void {
    this.#fresh = undefined;
    if (!this.locks) link.own = this.port.open(link.events);
    else if (this.#role === "leads" && this.#shared) link.own = this.#shared.open(link.events);
    else if (this.#role === "follows") this.#say({ kind: "join", from: this.#id, link: link.id });
    else this.#fresh = link;
  }

  #send(link: Link, bytes: Uint8Array): void {
    if (link.own) link.own.send(bytes);
    else this.#say({ kind: "send", from: this.#id, link: link.id, bytes });
  }

  #drop(link: Link): void {
    if (this.#link === link) this.#link = undefined;
    if (link.own) link.own.drop();
    else this.#say({ kind: "drop", from: this.#id, link: link.id });
  }

  #closed(link: Link, code: number): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    link.events.closed(code);
  }

  #told(told: Told): void {
    this.#pings = 0;
    const link = this.#link;
    if (!link || link.own || told.link !== link.id) return;
    if (told.kind === "opened") link.events.opened();
    else if (told.kind === "received") link.events.received(told.bytes);
    else if (told.kind === "closed") this.#closed(link, told.code);
    else if (told.kind === "full") link.own = this.port.open(link.events);
  }

  // ---- What other tabs say

  #say(said: Said): void {
    this.#all?.postMessage(said);
  }

  #heard(said: Said): void {
    if (said.kind === "leads") {
      this.#pings = 0;
      if (this.#role === "follows") this.#moved();
      return;
    }
    if (this.#role !== "leads") return;
    if (said.kind === "join") return this.#joined(said.from, said.link);
    const follower = this.#followers.get(said.from);
    if (said.kind === "ping") return this.#answer(said.from);
    if (follower?.link !== said.link) return;
    if (said.kind === "send") follower.socket.send(said.bytes);
    else this.#gone(said.from);
  }

  #answer(tab: string): void {
    const follower = this.#followers.get(tab);
    if (follower) return follower.inbox.postMessage({ kind: "alive", link: 0 } satisfies Told);
    const inbox = new BroadcastChannel(`${this.#name}.${tab}`);
    inbox.postMessage({ kind: "alive", link: 0 } satisfies Told);
    setTimeout(() => inbox.close());
    return undefined;
  }

  #joined(tab: string, link: number): void {
    this.#gone(tab);
    const shared = this.#shared;
    if (!shared) return;
    const inbox = new BroadcastChannel(`${this.#name}.${tab}`);
    const tell = (told: Told) => inbox.postMessage(told);
    if (this.#followers.size >= TABS_MAX - 1) {
      tell({ kind: "full", link });
      setTimeout(() => inbox.close());
      return;
    }
    tell({ kind: "joined", link });
    const gone = new AbortController();
    const socket = shared.open({
      opened: () => tell({ kind: "opened", link }),
      received: (bytes) => tell({ kind: "received", link, bytes }),
      closed: (code) => {
        tell({ kind: "closed", link, code });
        if (this.#followers.get(tab)?.gone === gone) this.#gone(tab);
      },
    });
    this.#followers.set(tab, { link, socket, inbox, gone });
    // It holds this lock for as long as it lives.
    void this.locks?.request(`${this.#name}.${tab}`, { signal: gone.signal }, () => this.#gone(tab)).catch(() => {});
  }

  #gone(tab: string): void {
    const follower = this.#followers.get(tab);
    if (!follower) return;
    this.#followers.delete(tab);
    follower.gone.abort();
    follower.socket.drop();
    setTimeout(() => follower.inbox.close());
  }
}
