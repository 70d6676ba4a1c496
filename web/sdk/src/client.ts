// One signed-in user: the connection, their groups, their log, the names of people.

import { NoteKind, type EventValue, type OustReason, type ServerEvent, type UserLogEntry, type Welcome } from "./codec";
import type { ClientOptions } from "./client_options";
import { Connection, type ConnectionState } from "./connection";
import { Entrance } from "./entrance";
import { Group } from "./group";
import type { GroupPort } from "./group_port";
import { Directory } from "./directory";
import { order, type Ended } from "./outcome";
import { patient } from "./patient";
import type { Requester } from "./request";
import type { Unsent } from "./unsent";
import { inMemory, UserLog } from "./userlog";
import { Users } from "./users";

// Groups watched at once. The server's bound is higher; each costs it a seat.
const WATCHED_MAX = 8;
// In a larger group one member more or less is not worth a question.
const COUNTED_MEMBERS_MAX = 1_000;

export class Client {
  readonly connection: Connection;
  readonly users: Users;
  readonly directory: Directory;
  readonly entrance: Entrance;
  // Mine; 0 until the first Welcome.
  uid = 0;
  // Mine, set by the page that knows it.
  name = "";
  // The server's storm level, 0 to 3.
  level = 0;
  // The server's, in bytes and counts; nothing until the first Welcome.
  limits: Welcome["limits"];
  // Who may not write to me directly.
  readonly blocked = new Set<number>();
  readonly #groups = new Map<number, Group>();
  readonly #userLog: UserLog;
  readonly #request: Requester;
  #resumed = new Set<number>();

  constructor(
    private readonly options: ClientOptions,
    // What was given to the constructor: whoever changes what is shown may call it too.
    readonly changed: () => void,
  ) {
    this.connection = new Connection(
      {
        ...options,
        userLogSeq: () => this.#userLog.last,
        resume: () => this.#resume(),
      },
      {
        stateChanged: (state) => this.#stateChanged(state),
        welcomed: (welcome) => this.#welcomed(welcome),
        said: (event) => this.#said(event),
        silenceChanged: () => changed(),
      },
    );
    this.#request = patient(options.env, (command, answered) => this.connection.request(command, answered));
    this.users = new Users(options.env, this.#request, changed);
    this.directory = new Directory(options.env, this.#request, changed);
    this.entrance = new Entrance({
      ...this.#port(),
      joined: (gid) => {
        this.#joined(gid);
        this.directory.refresh();
      },
      ousted: (gid, reason, by) => this.#ousted(gid, reason, by),
    });
    this.#userLog = new UserLog(options.env, this.#request, options.userLog ?? inMemory(), {
      happened: (entry) => this.#happened(entry),
      afresh: () => this.#afresh(),
    });
  }

  // The group is watched from now on; the one not looked at for longest stops being it, unless something
  // that was written there is not in its log yet.
  group(gid: number): Group {
    const known = this.#groups.get(gid);
    const group = known ?? new Group(gid, this.#port());
    this.#groups.delete(gid);
    this.#groups.set(gid, group);
    const kept = known ? undefined : this.options.kept?.(gid);
    if (kept) group.snapshot.restore(kept);
    if (!known && this.connection.state.name === "online") group.connected(false);
    this.#unwatch(group);
    return group;
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  watched(gid: number): Group | undefined {
    return this.#groups.get(gid);
  }

  // As far as we were told: each join since may be missing.
  members(gid: number): number {
    const listed = this.directory.find(gid)?.members ?? 0;
    const group = this.#groups.get(gid);
    return Math.max(listed || (group?.opened?.members ?? 0), group?.online ?? 0);
  }

  // Whether they may write to me directly. `ended` is called once.
  block(uid: number, blocked: boolean, ended: Ended): void {
    order(this.#request, { case: "blockUser", value: { uid, blocked } }, (failure) => {
      if (!failure) this.blocked[blocked ? "add" : "delete"](uid);
      ended(failure);
      this.changed();
    });
  }

  // Tells all that was read now: the page is hidden or left.
  flushReads(): void {
    for (const group of this.#groups.values()) group.reader.flush();
  }

  // What would be lost with the page: written, and not known to be stored.
  get unsent(): readonly Unsent[] {
    return [...this.#groups.values()].flatMap(({ writer }) => writer.unsent);
  }

  // What a page before this one has left. It goes again under the same id, so nothing is stored twice.
  restore(sends: readonly Unsent[]): void {
    for (const send of sends) this.group(send.gid).writer.restore(send);
  }

  #port(): GroupPort {
    return {
      env: this.options.env,
      uid: () => this.uid,
      serverNow: () => this.connection.serverNow(),
      level: () => this.level,
      request: this.#request,
      changed: () => this.changed(),
      save: this.options.save,
    };
  }

  #resume() {
    const cursors = [...this.#groups.values()]
      .filter(({ state }) => state !== "ousted" && state !== "refused")
      .map((group) => group.cursor());
    this.#resumed = new Set(cursors.map(({ gid }) => gid));
    return cursors;
  }

  #unwatch(wanted: Group): void {
    for (const [gid, group] of this.#groups) {
      if (this.#groups.size <= WATCHED_MAX) return;
      if (group === wanted || group.outbox.items.length > 0) continue;
      group.reader.flush();
      group.disconnected();
      this.#groups.delete(gid);
      this.#request({ case: "close", value: { gid } }, () => {});
    }
  }

  #stateChanged(state: ConnectionState): void {
    if (state.name === "online") {
      for (const group of this.#groups.values()) group.connected(this.#resumed.has(group.gid));
      this.directory.refresh();
    } else if (state.name === "waiting" || state.name === "idle" || state.name === "stopped") {
      for (const group of this.#groups.values()) group.disconnected();
      this.users.disconnected();
      this.#userLog.disconnected();
      this.directory.disconnected();
    }
    this.changed();
  }

  #welcomed(welcome: Welcome): void {
    this.uid = welcome.uid;
    this.limits = welcome.limits;
    this.level = welcome.level;
    this.#userLog.greeted();
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
        this.#groups.get(event.value.gid)?.events.onChanged(event.value);
        this.directory.entryChanged(event.value);
        break;
      case "fork":
        this.#groups.get(event.value.gid)?.onFork(event.value, true);
        break;
      case "reset":
        this.#groups.get(event.value.gid)?.afresh();
        break;
      case "tallies":
        this.#groups.get(event.value.gid)?.events.onTallies(event.value);
        break;
      case "typingNow":
        this.#groups.get(event.value.gid)?.typing.told(event.value.uids);
        break;
      case "groupChanged":
        this.#groups.get(event.value.gid)?.events.onGroupChanged(event.value);
        this.directory.groupChanged(event.value);
        break;
      case "refused":
        this.#groups.get(event.value.gid)?.onRefused(event.value);
        break;
      case "ousted":
        this.#ousted(event.value.gid, event.value.reason, event.value.by);
        break;
      case "pulse":
        this.#pulse(event.value);
        break;
      case "userLog":
        this.#userLog.take(event.value);
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
    for (const head of pulse.heads) this.#groups.get(head.gid)?.reached(head);
    for (const { gid, count } of pulse.online) {
      if (count > this.members(gid)) this.directory.refreshSoon();
      this.#groups.get(gid)?.onOnline(count);
    }
    this.directory.badges(pulse.badges);
    this.users.moved(pulse.people);
    this.directory.people(pulse.people);
  }

  #ousted(gid: number, reason: OustReason, by: number): void {
    this.entrance.asked.delete(gid);
    this.#groups.get(gid)?.onOusted(reason, by);
    this.directory.remove(gid);
  }

  // Again: what was known of being out is no longer true.
  #joined(gid: number): void {
    this.entrance.asked.delete(gid);
    const group = this.#groups.get(gid);
    if (group?.state !== "ousted" && group?.state !== "refused") return;
    this.#groups.delete(gid);
    this.restore(group.writer.unsent);
  }

  #happened(entry: UserLogEntry): void {
    const { gid, event } = entry;
    if (event.case === "joined") this.#joined(gid);
    if (event.case === "ousted") {
      this.entrance.asked.delete(gid);
      this.#groups.get(gid)?.onOusted(event.value.reason, event.value.by);
    }
    if (event.case === "note" && event.value.kind === NoteKind.NOT_LET_IN) this.entrance.asked.delete(gid);
    if (event.case === "blocked") this.blocked[event.value.blocked ? "add" : "delete"](event.value.uid);
    this.#groups.get(gid)?.events.onMine(entry);
    this.directory.onMine(entry);
  }

  // Hides, notes and memberships that my log cannot tell any more stand in the groups themselves.
  #afresh(): void {
    this.directory.refresh();
    for (const group of this.#groups.values()) group.afresh();
  }
}
