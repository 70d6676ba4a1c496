// One socket for several clients of the same account, such as a browser's tabs: to each it is a socket of its own.
//
// The first to say Hello greets the server. Whoever comes later gets the same Welcome, once the server has
// answered a question for them: so nobody is greeted by a socket that is dead. Commands are numbered anew, and an
// answer goes to who asked; what the server says by itself goes to all. An Opened brings one client up to a head
// past which the server pushes: the others that watch the group are told of that head, and pull what they lack.
//
// Owner: who may hold the socket. Limits: the commands that the server takes at once, for all together; each
// client has its own limit besides, so no queue is longer than theirs.

import { decodeCommand, decodeEvent, encodeCommand, encodeEvent, type Command, type Cursor, type ServerEvent, type Welcome } from "./codec";
import type { Cancel, Env, OpenSocket, Socket, SocketEvents } from "./env";
import { commandParts, eventParts, withRequestId, type Parts } from "./frame_parts";
import type { Draft } from "./plain";

const IN_FLIGHT = 8;
const ANSWERED_WITHIN_MS = 4_000;
const ABNORMAL = 1006;

interface Port {
  readonly events: SocketEvents;
  readonly watched: Set<number>;
  greeted: boolean;
}

interface Asked {
  // Nobody: its client has gone, or it was asked by us.
  port: Port | undefined;
  rest: Uint8Array;
  answered(answer: Parts): void;
}

// To each client a socket of its own; `openReal` opens the one that they have together.
export class SharedSocket {
  readonly #ports = new Set<Port>();
  #socket: Socket | undefined;
  #isOpen = false;
  // Whose Hello the server has got, and the groups of it that are not open yet.
  #greeter: Port | undefined;
  readonly #resumed = new Set<number>();
  #waiting: (() => void)[] = [];
  #welcome: { value: Welcome; atMs: number } | undefined;
  #requestId = 0;
  readonly #inFlight = new Map<number, Asked>();
  #queue: Asked[] = [];
  #cancelCheck: Cancel | undefined;

  constructor(
    private readonly env: Env,
    private readonly openReal: OpenSocket,
  ) {}

  // For ClientOptions of each client.
  readonly open: OpenSocket = (events) => {
    const port: Port = { events, watched: new Set(), greeted: false };
    this.#ports.add(port);
    if (!this.#socket) this.#connect();
    else if (this.#isOpen) this.#later(port, () => events.opened());
    return { send: (bytes) => this.#said(port, bytes), drop: () => this.#left(port) };
  };

  // Who holds the socket may not any more: to each client it is closed.
  close(): void {
    this.#end(ABNORMAL);
  }

  // As they are now: who is told something may come or go.
  #all(): Port[] {
    return [...this.#ports];
  }

  #later(port: Port, run: () => void): void {
    this.env.after(0, () => {
      if (this.#ports.has(port)) run();
    });
  }

  #connect(): void {
    this.#socket = this.openReal({
      opened: () => {
        this.#isOpen = true;
        for (const { events } of this.#all()) events.opened();
      },
      received: (bytes) => this.#received(bytes),
      closed: (code) => {
        this.#socket = undefined;
        this.#end(code);
      },
    });
  }

  #end(code: number): void {
    this.#socket?.drop();
    this.#socket = undefined;
    this.#isOpen = false;
    this.#greeter = this.#welcome = undefined;
    this.#resumed.clear();
    this.#waiting = [];
    this.#inFlight.clear();
    this.#queue = [];
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
    const ports = this.#all();
    this.#ports.clear();
    for (const { events } of ports) events.closed(code);
  }

  #left(port: Port): void {
    if (!this.#ports.delete(port)) return;
    this.#queue = this.#queue.filter((asked) => asked.port !== port);
    for (const asked of this.#inFlight.values()) if (asked.port === port) asked.port = undefined;
    if (this.#ports.size === 0) return this.#end(ABNORMAL);
    for (const gid of port.watched) if (!this.#isWatched(gid)) this.#ask(undefined, { case: "close", value: { gid } }, () => {});
  }

  #isWatched(gid: number): boolean {
    return [...this.#ports].some(({ watched }) => watched.has(gid));
  }

  // ---- What a client says

  #said(port: Port, bytes: Uint8Array): void {
    if (!this.#ports.has(port)) return;
    const { requestId, kind, rest } = commandParts(bytes);
    if (kind === "hello") return this.#hello(port, requestId, bytes);
    if (requestId === 0) return this.#socket?.send(bytes);
    const answered = (answer: Parts) => this.#answer(port, requestId, answer);
    if (kind === "open" || kind === "close") {
      const gid = gidOf(bytes);
      if (kind === "open") port.watched.add(gid);
      else port.watched.delete(gid);
      // Others go on watching it.
      if (kind === "close" && this.#isWatched(gid)) return this.#later(port, () => port.events.received(encodeEvent(requestId, { case: "done", value: {} })));
      return this.#send({ port, rest, answered: (answer) => (answered(answer), this.#opened(port, answer)) });
    }
    return this.#send({ port, rest, answered });
  }

  #hello(port: Port, requestId: number, bytes: Uint8Array): void {
    const command = decodeCommand(bytes)?.command;
    if (command?.case !== "hello") return;
    const resume = (command.value.resume ?? []) as Cursor[];
    for (const { gid } of resume) port.watched.add(gid);
    if (this.#welcome) return this.#greet(port, requestId, command.value.userLogSeq ?? 0, resume);
    if (this.#greeter) return void this.#waiting.push(() => this.#greet(port, requestId, command.value.userLogSeq ?? 0, resume));
    this.#greeter = port;
    for (const { gid } of resume) this.#resumed.add(gid);
    const { rest } = commandParts(bytes);
    return this.#write({ port, rest, answered: (answer) => this.#greeted(port, requestId, answer) });
  }

  #greeted(port: Port, requestId: number, answer: Parts): void {
    const event = decodeEvent(answer.rest)?.event;
    if (event?.case !== "welcome") {
      this.#answer(port, requestId, answer);
      // Each asks for itself why.
      return this.#end(ABNORMAL);
    }
    this.#welcome = { value: event.value, atMs: this.env.now() };
    port.greeted = true;
    this.#answer(port, requestId, answer);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const greet of waiting) greet();
    return undefined;
  }

  // By us, in the server's place. What is asked shows that it is still there.
  #greet(port: Port, requestId: number, userLogSeq: number, resume: readonly Cursor[]): void {
    if (!this.#ports.has(port)) return;
    this.#cancelCheck ??= this.env.after(ANSWERED_WITHIN_MS, () => this.#end(ABNORMAL));
    this.#ask(port, { case: "fetchUserLog", value: { afterSeq: userLogSeq } }, (answer) => {
      if (!this.#welcome) return;
      if (answer.kind !== "userLog") {
        this.#ports.delete(port);
        return port.events.closed(ABNORMAL);
      }
      const { value, atMs } = this.#welcome;
      port.greeted = true;
      port.events.received(encodeEvent(requestId, { case: "welcome", value: { ...value, timeMs: value.timeMs + this.env.now() - atMs } }));
      this.#answer(port, 0, answer);
      for (const cursor of resume) {
        this.#ask(port, { case: "open", value: cursor }, (opened) => {
          this.#answer(port, 0, opened);
          this.#opened(port, opened);
        });
      }
      return undefined;
    });
  }

  // ---- To the server and back

  #ask(port: Port | undefined, command: Command, answered: (answer: Parts) => void): void {
    this.#send({ port, rest: encodeCommand(0, command), answered });
  }

  #send(asked: Asked): void {
    this.#queue.push(asked);
    this.#flush();
  }

  #flush(): void {
    const most = this.#welcome ? this.#welcome.value.limits?.commandsInFlight || IN_FLIGHT : 0;
    while (this.#inFlight.size < most) {
      const asked = this.#queue.shift();
      if (!asked) return;
      this.#write(asked);
    }
  }

  #write(asked: Asked): void {
    do this.#requestId = (this.#requestId % 0xffff_ffff) + 1;
    while (this.#inFlight.has(this.#requestId));
    this.#inFlight.set(this.#requestId, asked);
    this.#socket?.send(withRequestId(this.#requestId, asked.rest));
  }

  #received(bytes: Uint8Array): void {
    const parts = eventParts(bytes);
    if (parts.requestId === 0) return this.#told(parts);
    const asked = this.#inFlight.get(parts.requestId);
    this.#inFlight.delete(parts.requestId);
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
    asked?.answered(parts);
    return this.#flush();
  }

  #answer(port: Port, requestId: number, { rest }: Parts): void {
    if (this.#ports.has(port)) port.events.received(withRequestId(requestId, rest));
  }

  // Unasked: to all who are greeted, and to who is being greeted.
  #told(parts: Parts): void {
    if (parts.kind === "opened" && this.#greeter) {
      const gid = openedIn(parts)?.gid ?? 0;
      if (this.#resumed.delete(gid)) {
        this.#answer(this.#greeter, 0, parts);
        return this.#opened(this.#greeter, parts);
      }
    }
    for (const port of this.#all()) if (port.greeted || port === this.#greeter) this.#answer(port, 0, parts);
    return undefined;
  }

  #opened(by: Port, answer: Parts): void {
    const opened = answer.kind === "opened" ? openedIn(answer) : undefined;
    if (!opened) return;
    const { gid, epoch, head } = opened;
    for (const port of this.#all()) {
      if (port !== by && port.greeted && port.watched.has(gid)) this.#say(port, { case: "head", value: { gid, epoch, head } });
    }
  }

  #say(port: Port, event: Draft<ServerEvent>): void {
    port.events.received(encodeEvent(0, event));
  }
}

function gidOf(bytes: Uint8Array): number {
  const command = decodeCommand(bytes)?.command;
  return command?.case === "open" || command?.case === "close" ? (command.value.gid ?? 0) : 0;
}

function openedIn({ rest }: Parts) {
  const event = decodeEvent(rest)?.event;
  return event?.case === "opened" ? event.value : undefined;
}
