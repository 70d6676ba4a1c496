// One signed-in user: the connection, his groups, the names of people. What a page needs, and all
// that it needs.

import { OustReason, type Command, type EventValue, type Refused, type ServerEvent, type UserLogEntry, type Welcome } from "./codec";
import { Connection, type ConnectionState } from "./connection";
import { makeCmid } from "./cmid";
import type { Env, OpenSocket } from "./env";
import { Group, type GroupPort } from "./group";
import { Directory } from "./directory";
import type { Answer } from "./push";
import { Users } from "./users";

export interface ClientOptions {
  env: Env;
  open: OpenSocket;
  token: string;
  device: number;
  client: string;
}

export type Ready = { gid: number } | { refused: Refused } | "offline";

// Groups watched at once. The server's bound is higher; each costs it a seat.
const WATCHED_MAX = 8;
// In a larger group one member more or less is not worth a question.
const COUNTED_MEMBERS_MAX = 1_000;

export class Client {
  readonly connection: Connection;
  readonly users: Users;
  readonly directory: Directory;
  uid = 0;
  name = "";
  level = 0;
  limits: Welcome["limits"];
  readonly #groups = new Map<number, Group>();
  #resumed = new Set<number>();
  #userLogSeq = 0;

  constructor(
    private readonly options: ClientOptions,
    private readonly changed: () => void,
  ) {
    this.connection = new Connection(
      {
        ...options,
        userLogSeq: () => this.#userLogSeq,
        resume: () => this.#resume(),
      },
      {
        stateChanged: (state) => this.#stateChanged(state),
        welcomed: (welcome) => this.#welcomed(welcome),
        said: (event) => this.#said(event),
      },
    );
    const request = (command: Command, answered: (answer: Answer) => void) => this.connection.request(command, answered);
    this.users = new Users(options.env, request, changed);
    this.directory = new Directory(options.env, request, changed);
  }

  // The group is watched from now on; the one not looked at for longest stops being it.
  group(gid: number): Group {
    const known = this.#groups.get(gid);
    const group = known ?? new Group(gid, this.#port());
    this.#groups.delete(gid);
    this.#groups.set(gid, group);
    if (!known && this.connection.state.name === "online") group.connected(false);
    this.#unwatch();
    return group;
  }

  watched(gid: number): Group | undefined {
    return this.#groups.get(gid);
  }

  // As far as we were told: each join since may be missing.
  members(gid: number): number {
    const listed = this.directory.groups.find((group) => group.gid === gid)?.members ?? 0;
    const group = this.#groups.get(gid);
    return Math.max(listed || (group?.opened?.members ?? 0), group?.online ?? 0);
  }

  // `historyForJoiners`: who joins later may read what was said before.
  create(name: string, historyForJoiners: boolean, done: (ready: Ready) => void): void {
    const { env } = this.options;
    const cmid = makeCmid(this.connection.serverNow(), env);
    // Asked twice under one id it is still one group, so a lost answer costs nothing.
    const ask = (tries: number) =>
      this.connection.request({ case: "createGroup", value: { settings: { name, historyForJoiners }, cmid } }, (answer) => {
        if (answer.case === "late" && tries < 3) return ask(tries + 1);
        this.#ready(answer, done);
      });
    ask(1);
  }

  join(gid: number, done: (ready: Ready) => void): void {
    this.connection.request({ case: "joinGroup", value: { gid, invite: "" } }, (answer) => this.#ready(answer, done));
  }

  leave(gid: number, done: (answer: Answer) => void): void {
    this.connection.request({ case: "leaveGroup", value: { gid } }, (answer) => {
      if (answer.case === "done") this.#ousted(gid);
      done(answer);
      this.changed();
    });
  }

  // The page is hidden or left.
  flushReads(): void {
    for (const group of this.#groups.values()) group.reader.flush();
  }

  // Anything that would be lost with the page: written, and not known to be stored.
  get unsaved(): boolean {
    for (const { outbox } of this.#groups.values()) {
      if (outbox.items.some(({ state }) => state !== "kept")) return true;
    }
    return false;
  }

  #ready(answer: Answer, done: (ready: Ready) => void): void {
    if (answer.case === "groupReady") {
      const { gid } = answer.value;
      const stale = this.#groups.get(gid);
      if (stale?.state === "ousted" || stale?.state === "refused") this.#groups.delete(gid);
      this.directory.refresh();
      return done({ gid });
    }
    done(answer.case === "refused" ? { refused: answer.value } : "offline");
  }

  #port(): GroupPort {
    return {
      env: this.options.env,
      uid: () => this.uid,
      serverNow: () => this.connection.serverNow(),
      request: (command, answered) => this.connection.request(command, answered),
      changed: () => this.changed(),
    };
  }

  #resume() {
    const cursors = [...this.#groups.values()]
      .filter(({ state }) => state !== "ousted" && state !== "refused")
      .map((group) => group.cursor());
    this.#resumed = new Set(cursors.map(({ gid }) => gid));
    return cursors;
  }

  #unwatch(): void {
    for (const [gid, group] of this.#groups) {
      if (this.#groups.size <= WATCHED_MAX) return;
      if (group.outbox.items.length > 0) continue;
      group.reader.flush();
      group.disconnected();
      this.#groups.delete(gid);
      this.connection.request({ case: "close", value: { gid } }, () => {});
    }
  }

  #stateChanged(state: ConnectionState): void {
    if (state.name === "online") {
      for (const group of this.#groups.values()) group.connected(this.#resumed.has(group.gid));
      this.directory.refresh();
    } else if (state.name === "waiting" || state.name === "idle" || state.name === "stopped") {
      for (const group of this.#groups.values()) group.disconnected();
      this.users.disconnected();
      this.directory.disconnected();
    }
    this.changed();
  }

  #welcomed(welcome: Welcome): void {
    this.uid = welcome.uid;
    this.limits = welcome.limits;
    this.level = welcome.level;
    if (this.name !== "") this.users.learn(welcome.uid, this.name);
  }

  #said(event: ServerEvent): void {
    switch (event.case) {
      case "opened":
        this.#groups.get(event.value.gid)?.onOpened(event.value);
        break;
      case "batch":
        this.level = event.value.level;
        this.#groups.get(event.value.gid)?.onBatch(event.value);
        this.#grew(event.value);
        break;
      case "head":
        this.#groups.get(event.value.gid)?.onHead(event.value);
        break;
      case "changed":
        this.#groups.get(event.value.gid)?.onChanged(event.value);
        break;
      case "fork":
        this.#groups.get(event.value.gid)?.onFork(event.value, true);
        break;
      case "reset":
        this.#groups.get(event.value.gid)?.afresh();
        break;
      case "tallies":
        this.#groups.get(event.value.gid)?.history.take(event.value);
        break;
      case "refused":
        this.#groups.get(event.value.gid)?.onRefused(event.value);
        break;
      case "ousted":
        this.#ousted(event.value.gid);
        break;
      case "pulse":
        this.#pulse(event.value);
        break;
      case "userLog":
        this.#logged(event.value.entries);
        break;
      default:
        return;
    }
    this.changed();
  }

  // Joins are not told. Somebody who speaks and was not known is one.
  #grew(batch: EventValue<"batch">): void {
    this.directory.grew(batch);
    const small = this.members(batch.gid) <= COUNTED_MEMBERS_MAX;
    if (small && batch.entries.some(({ sender }) => sender !== 0 && !this.users.knows(sender))) this.directory.refreshSoon();
  }

  #pulse(pulse: EventValue<"pulse">): void {
    this.level = pulse.level;
    for (const head of pulse.heads) this.#groups.get(head.gid)?.onHead(head);
    for (const { gid, count } of pulse.online) {
      if (count > this.members(gid)) this.directory.refreshSoon();
      const group = this.#groups.get(gid);
      if (group) group.online = count;
    }
    this.directory.badges(pulse.badges);
  }

  #ousted(gid: number): void {
    this.#groups.get(gid)?.onOusted();
    this.directory.remove(gid);
  }

  #logged(entries: readonly UserLogEntry[]): void {
    for (const { userLogSeq, gid, event } of entries) {
      this.#userLogSeq = Math.max(this.#userLogSeq, userLogSeq);
      if (event.case === "joined") this.directory.refresh();
      if (event.case === "ousted" && event.value.reason !== OustReason.UNSPECIFIED) this.directory.refresh();
      if (event.case === "read") this.#groups.get(gid)?.reader.readElsewhere(event.value.seq);
      if (event.case === "hidden") for (const seq of event.value.seqs) this.#groups.get(gid)?.history.hidden.add(seq);
    }
  }
}
