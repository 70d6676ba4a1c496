// One user's connection as a state machine: connect, Hello, Welcome, pulses, and again when it is
// lost. Nothing is kept over a reconnect but the wish to be connected; who holds cursors resumes.

import { Code, decodeEvent, encodeCommand, type Command, type Cursor, type ServerEvent, type Welcome } from "./codec";
import type { Cancel, Env, OpenSocket, Socket } from "./env";
import { PendingRequest, type Answer } from "./request";
import { Silence } from "./silence";
import { delayMs } from "./timer";

// A union by `name`; `untilMs` is this machine's clock.
export type ConnectionState =
  | { name: "idle" }
  | { name: "connecting" }
  | { name: "greeting" }
  | { name: "online" }
  // `bidden`: by the server, so wake() does not cut it short.
  | { name: "waiting"; untilMs: number; code: Code; bidden: boolean }
  // For good: only a new token or a new version helps.
  | { name: "stopped"; code: Code };

export interface ConnectionOptions {
  env: Env;
  open: OpenSocket;
  token: string;
  device: number;
  client: string;
  userLogSeq: () => number;
  // Groups to be opened along with the greeting; at most RESUMES_MAX are taken.
  resume: () => Cursor[];
}

export interface ConnectionListener {
  stateChanged(state: ConnectionState): void;
  welcomed(welcome: Welcome): void;
  // Everything that answers no request, resumed groups included.
  said(event: ServerEvent): void;
  // Whether anybody answers is another now, in the same state.
  silenceChanged(): void;
}

const PROTOCOL_VERSION = 1;
const RESUMES_MAX = 32;
const GREETED_WITHIN_MS = 15_000;
const IN_FLIGHT = 8;
// Connecting again with the same token and the same version would only be refused again.
const FOR_GOOD: ReadonlySet<Code> = new Set([
  Code.TOKEN_EXPIRED,
  Code.TOKEN_INVALID,
  Code.UNSUPPORTED_VERSION,
  Code.BANNED,
]);

export class Connection {
  #state: ConnectionState = { name: "idle" };
  #socket: Socket | undefined;
  #tries = 0;
  #byeCode: Code = Code.OK;
  #requestId = 0;
  readonly #inFlight = new Map<number, PendingRequest>();
  #queued: PendingRequest[] = [];
  #inFlightMax = IN_FLIGHT;
  #clockAheadMs = 0;
  #cancelTimer: Cancel | undefined;
  #resting: { untilMs: number; code: Code } | undefined;
  // The server counts as online only who says so now and then.
  #saysHere = false;
  readonly #silence: Silence;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly listener: ConnectionListener,
  ) {
    this.#silence = new Silence(options.env, {
      probe: () => this.#write(new PendingRequest({ case: "fetchUsers", value: {} }, () => {})),
      changed: () => listener.silenceChanged(),
      lost: () => this.#lost(0),
    });
  }

  // What it does now; changed() is called when it changes.
  get state(): ConnectionState {
    return this.#state;
  }

  // Online, and yet what was asked brings no word: the network may be gone. It is not trusted for long.
  get silent(): boolean {
    return this.#silence.silent;
  }

  // The browser says that there is no network.
  doubt(): void {
    this.#silence.doubt();
  }

  // The server's clock, as far as it is known.
  serverNow(): number {
    return this.options.env.now() + this.#clockAheadMs;
  }

  // Connects, if it is idle or waits.
  start(): void {
    if (this.#state.name === "idle" || this.#state.name === "waiting") this.#connect();
  }

  // Until start() is called again.
  stop(): void {
    this.#resting = undefined;
    this.#leave({ name: "idle" });
  }

  // The page is put away, frozen or kept for the way back: nobody would read what comes, and its socket
  // would stay open for as long as it is kept.
  rest(): void {
    const { name } = this.#state;
    if (name === "idle" || name === "stopped") return;
    this.#resting = { untilMs: this.#state.name === "waiting" && this.#state.bidden ? this.#state.untilMs : 0, code: this.#byeCode };
    this.#leave({ name: "idle" });
  }

  // It is there again, and connects at once, unless the server has named a time that lies ahead.
  back(): void {
    const resting = this.#resting;
    this.#resting = undefined;
    if (!resting || this.#state.name !== "idle") return;
    const waitMs = resting.untilMs - this.options.env.now();
    if (waitMs <= 0) return this.#connect();
    this.#enter({ name: "waiting", untilMs: resting.untilMs, code: resting.code, bidden: true });
    if (this.#waiting()) this.#arm(waitMs, () => this.#connect());
  }

  // The page is seen again, or the network is back: do not sit out a delay, do not trust a socket
  // that has been silent while timers slept.
  wake(): void {
    if (this.#state.name === "waiting" && !this.#state.bidden) this.#connect();
    if (this.#state.name === "online" && this.#silence.doubtful) this.#lost(0);
  }

  // `answered` is called exactly once, never before request() has returned unless offline.
  request(command: Command, answered: (answer: Answer) => void): void {
    const request = new PendingRequest(command, answered);
    if (this.#state.name !== "online") return request.settle({ case: "lost" });
    this.#queued.push(request);
    this.#flush();
  }

  #flush(): void {
    while (this.#inFlight.size < this.#inFlightMax) {
      const request = this.#queued.shift();
      if (!request) return;
      this.#write(request);
    }
  }

  #write(request: PendingRequest): void {
    const id = this.#nextRequestId();
    this.#inFlight.set(id, request);
    request.start(this.options.env, () => {
      this.#inFlight.delete(id);
      this.#flush();
    });
    this.#socket?.send(encodeCommand(id, request.command));
    this.#silence.asked();
  }

  #nextRequestId(): number {
    do this.#requestId = (this.#requestId % 0xffff_ffff) + 1;
    while (this.#inFlight.has(this.#requestId));
    return this.#requestId;
  }

  #connect(): void {
    this.#byeCode = Code.OK;
    this.#enter({ name: "connecting" });
    this.#arm(GREETED_WITHIN_MS, () => this.#lost(0));
    this.#socket = this.options.open({
      opened: () => this.#greet(),
      received: (bytes) => this.#received(bytes),
      closed: (code) => this.#closed(code),
    });
  }

  #greet(): void {
    const { token, device, client, userLogSeq, resume } = this.options;
    const value = { token, device, client, userLogSeq: userLogSeq(), resume: resume().slice(0, RESUMES_MAX), version: PROTOCOL_VERSION };
    this.#enter({ name: "greeting" });
    this.#write(new PendingRequest({ case: "hello", value }, (answer) => this.#greeted(answer)));
  }

  #greeted(answer: Answer): void {
    if (answer.case === "welcome") return this.#welcomed(answer.value);
    if (answer.case !== "refused") return;
    this.#bye(answer.value.code, answer.value.retryAfterMs);
  }

  #welcomed(welcome: Welcome): void {
    this.#tries = 0;
    this.#inFlightMax = welcome.limits?.commandsInFlight || IN_FLIGHT;
    this.#saysHere = welcome.hereS > 0;
    this.#tell(welcome.timeMs);
    this.#cancelTimer?.();
    this.#silence.begins(welcome.pulseS);
    this.listener.welcomed(welcome);
    if (this.#state.name === "greeting") this.#enter({ name: "online" });
  }

  #received(bytes: Uint8Array): void {
    const frame = decodeEvent(bytes);
    if (!frame) return this.#lost(0);
    const { event, requestId } = frame;
    // Whatever it answers, it is the session that is over: nothing was looked at, nothing is refused for good.
    if (event?.case === "refused" && event.value.code === Code.TOKEN_INVALID) return this.#bye(Code.TOKEN_INVALID, 0);
    const request = requestId === 0 ? undefined : this.#inFlight.get(requestId);
    this.#inFlight.delete(requestId);
    this.#silence.heard(this.#inFlight.size > 0);
    if (request) {
      // A new event as an answer is as good as none.
      request.settle(event ?? { case: "late" });
      return this.#flush();
    }
    if (event) this.#said(event);
  }

  #said(event: ServerEvent): void {
    if (event.case === "pulse") {
      this.#tell(event.value.timeMs);
      this.#here();
    }
    if (event.case === "bye") return this.#bye(event.value.reason, event.value.afterMs);
    // A greeting may be refused in a frame of its own, when the server could not read its number.
    if (event.case === "refused" && this.#state.name === "greeting") return this.#greeted(event);
    this.listener.said(event);
  }

  // From the handler of a message, which runs in hidden pages at once and in frozen ones not at all: timers
  // of hidden pages run once a minute, and pings are answered for frozen ones too. It has no answer.
  #here(): void {
    if (this.#saysHere) this.#socket?.send(encodeCommand(0, { case: "here", value: {} }));
  }

  #bye(reason: Code, afterMs: number): void {
    this.#byeCode = reason;
    if (FOR_GOOD.has(reason)) return this.#leave({ name: "stopped", code: reason });
    this.#lost(afterMs);
  }

  // 4000 and more: the number of the Code, which a frame has said before unless it was lost.
  #closed(code: number): void {
    if (code > 4000) this.#bye(code - 4000, 0);
    else this.#lost(0);
  }

  #tell(serverMs: number): void {
    if (serverMs > 0) this.#clockAheadMs = serverMs - this.options.env.now();
  }

  // The server's delay is already spread by the server; ours comes on top for what it cannot know.
  #lost(afterMs: number): void {
    if (this.#state.name === "waiting" || this.#state.name === "stopped") return;
    this.#tries += 1;
    const waitMs = afterMs + delayMs(this.#tries, this.options.env);
    this.#leave({ name: "waiting", untilMs: this.options.env.now() + waitMs, code: this.#byeCode, bidden: afterMs > 0 });
    if (this.#waiting()) this.#arm(waitMs, () => this.#connect());
  }

  #leave(state: ConnectionState): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#silence.ends();
    this.#socket?.drop();
    this.#socket = undefined;
    const unanswered = [...this.#inFlight.values(), ...this.#queued];
    this.#inFlight.clear();
    this.#queued = [];
    // First the state: who asks again because an answer was lost must see that we are offline.
    this.#state = state;
    for (const request of unanswered) request.settle({ case: "lost" });
    this.#enter(state);
  }

  // A listener may have stopped or started us meanwhile.
  #waiting(): boolean {
    return this.#state.name === "waiting";
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.listener.stateChanged(state);
  }

  #arm(delay: number, run: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.options.env.after(delay, run);
  }
}
