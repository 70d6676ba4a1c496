// The ways into a group, and out of it.

import { Code, OustReason, type Refused } from "./codec";
import { makeCmid } from "./cmid";
import type { Env } from "./env";
import type { GroupSettings } from "./membership";
import type { Draft } from "./plain";
import type { Answer, Requester } from "./request";

// The group is there to be opened; or it is refused; or the outcome is not known.
export type Ready = { gid: number } | { refused: Refused } | "offline";

export interface EntrancePort {
  readonly env: Env;
  readonly request: Requester;
  uid(): number;
  serverNow(): number;
  joined(gid: number): void;
  ousted(gid: number, reason: OustReason, by: number): void;
  changed(): void;
}

const CREATE_TRIES = 3;

export class Entrance {
  // Where I have asked to be let in, and have heard nothing since.
  readonly asked = new Set<number>();

  constructor(private readonly port: EntrancePort) {}

  // `done` is called once. An answer that does not come is asked for again, and no second group is made.
  create(settings: Draft<GroupSettings>, done: (ready: Ready) => void): void {
    const { env, request } = this.port;
    const cmid = makeCmid(this.port.serverNow(), env);
    // Asked twice under one id it is still one group, so a lost answer costs nothing.
    const ask = (tries: number) =>
      request({ case: "createGroup", value: { settings, cmid } }, (answer) => {
        if (answer.case === "late" && tries < CREATE_TRIES) return ask(tries + 1);
        this.#ready(answer, done);
      });
    ask(1);
  }

  // By an invite, or without one where the group lets everybody ask. Refused with APPROVAL_PENDING: `asked` has it.
  join(gid: number, done: (ready: Ready) => void, invite = ""): void {
    this.port.request({ case: "joinGroup", value: { gid, invite } }, (answer) => {
      const waits = answer.case === "refused" && answer.value.code === Code.APPROVAL_PENDING;
      this.asked[waits ? "add" : "delete"](gid);
      this.#ready(answer, done);
    });
  }

  // The group of us two.
  direct(uid: number, done: (ready: Ready) => void): void {
    this.port.request({ case: "openDirect", value: { uid } }, (answer) => this.#ready(answer, done));
  }

  // Also takes back the request to join. `done` gets an answer of case "done", "refused", "lost" or "late".
  leave(gid: number, done: (answer: Answer) => void): void {
    this.port.request({ case: "leaveGroup", value: { gid } }, (answer) => {
      if (answer.case === "done") this.port.ousted(gid, OustReason.LEFT, this.port.uid());
      done(answer);
      this.port.changed();
    });
  }

  #ready(answer: Answer, done: (ready: Ready) => void): void {
    if (answer.case !== "groupReady") return done(answer.case === "refused" ? { refused: answer.value } : "offline");
    const { gid } = answer.value;
    this.port.joined(gid);
    done({ gid });
  }
}
