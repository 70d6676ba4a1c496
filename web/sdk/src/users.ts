// Names and pictures of people, asked for together and kept. Who is not known yet has no name; who does not exist
// never gets one. Pulses tell who took another one.

import type { Env } from "./env";
import type { Requester } from "./request";

const PER_FETCH = 100;
// Entries of one page ask for their senders one by one; this gathers them.
const GATHER_MS = 20;
// In a group of a million somebody new speaks all the time. Those known for longest are forgotten, and asked
// for again where their words are still shown.
const KNOWN_MAX = 20_000;

export class Users {
  readonly #names = new Map<number, string>();
  readonly #pictures = new Map<number, string>();
  readonly #wanted = new Set<number>();
  readonly #asked = new Set<number>();
  #gathering = false;

  constructor(
    private readonly env: Env,
    private readonly request: Requester,
    private readonly changed: () => void,
  ) {}

  // Known from elsewhere, such as a list of members.
  learn(uid: number, name: string, picture?: string): void {
    this.#names.set(uid, name);
    if (picture !== undefined) this.#pictures.set(uid, picture);
    if (this.#names.size <= KNOWN_MAX) return;
    for (const known of this.#names.keys()) {
      if (this.#names.size <= KNOWN_MAX / 2) return;
      if (known !== 0) this.#names.delete(known);
      this.#pictures.delete(known);
      this.#asked.delete(known);
    }
  }

  // A name is held.
  knows(uid: number): boolean {
    return this.#names.has(uid);
  }

  // Nothing yet, and changed() later; or nothing for good: there is no such user.
  name(uid: number): string | undefined {
    const name = this.#names.get(uid);
    if (name === undefined && uid !== 0 && !this.#asked.has(uid)) this.#want(uid);
    return name;
  }

  // The address of their picture, empty: none; nothing yet, and changed() later.
  picture(uid: number): string | undefined {
    const picture = this.#pictures.get(uid);
    if (picture === undefined && uid !== 0 && !this.#asked.has(uid)) this.#want(uid);
    return picture;
  }

  // It is asked for again: it may be another one.
  forgetPicture(uid: number): void {
    this.#pictures.delete(uid);
    this.#asked.delete(uid);
  }

  // Who is not known is asked for when they are met.
  moved(users: readonly { uid: number; name: string; picture: string }[]): void {
    for (const { uid, name, picture } of users) if (this.knows(uid)) this.learn(uid, name, picture);
  }

  // What was asked of a connection that is gone may be asked again.
  disconnected(): void {
    this.#asked.clear();
  }

  #want(uid: number): void {
    this.#wanted.add(uid);
    if (this.#gathering) return;
    this.#gathering = true;
    this.env.after(GATHER_MS, () => {
      this.#gathering = false;
      const uids = [...this.#wanted];
      this.#wanted.clear();
      for (let i = 0; i < uids.length; i += PER_FETCH) this.#fetch(uids.slice(i, i + PER_FETCH));
    });
  }

  #fetch(uids: number[]): void {
    for (const uid of uids) this.#asked.add(uid);
    this.request({ case: "fetchUsers", value: { uids } }, (answer) => {
      if (answer.case !== "users") {
        for (const uid of uids) this.#asked.delete(uid);
        return;
      }
      for (const { uid, name, picture } of answer.value.users) this.learn(uid, name, picture);
      this.changed();
    });
  }
}
