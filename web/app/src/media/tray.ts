// What is to go out with the next message: each file with its way to the server.

import type { Body, Draft } from "@stentor/sdk";
import { el } from "../dom";
import { Attached } from "./attached";
import type { KeptUploads, TakenUp } from "./kept_uploads";
import { prepared, type Prepared } from "./pictures";
import { Recording } from "./recorder";
import { m } from "./texts";
import "./media.css";

const MOST = 10;

export class Tray {
  readonly element = el("div", { class: "tray", role: "group", "aria-label": m.attached });
  readonly #note = el("p", { class: "note", role: "alert" });
  #attached: Attached[] = [];
  #recording: Recording | undefined;

  // What it holds, or how far that is, has changed.
  changed: () => void = () => {};

  constructor(
    private readonly gid: number,
    private readonly kept: KeptUploads,
  ) {
    this.element.append(this.#note);
  }

  get empty(): boolean {
    return this.#attached.length === 0;
  }

  // Something is not with the server yet.
  get busy(): boolean {
    return this.#recording !== undefined || this.#attached.some(({ done }) => !done);
  }

  add(files: Iterable<File>): void {
    for (const file of files) void this.#add(file.name, prepared(file));
  }

  record(): void {
    if (this.#recording) return;
    this.#say("");
    const recording = new Recording((recorded) => {
      this.#recording = undefined;
      recording.element.remove();
      if (recorded === "no microphone") this.#say(m.noMicrophone);
      else if (recorded !== "discarded") void this.#add(recorded.name, Promise.resolve(recorded));
      this.changed();
    });
    this.#recording = recording;
    this.element.append(recording.element);
    this.changed();
  }

  // Nobody is recorded in a group that is left; what was said until then stays.
  left(): void {
    this.#recording?.stop();
  }

  // Once all are with the server: they belong to a message now.
  take(): Draft<Body>["attachments"] {
    const taken = this.#attached.map((one) => one.attachment());
    const keys = this.#attached.flatMap((one) => one.keys);
    for (const one of this.#attached) one.element.remove();
    this.#attached = [];
    // Once the message is on its way to the disk: a page that ends in between shows them twice rather than not at all.
    setTimeout(() => this.kept.drop(keys));
    return taken;
  }

  // What a page before this one has left. One that has no place waits for another page.
  takeUp(taken: TakenUp): void {
    if (this.#attached.length < MOST) this.#put(taken.made.name).takeUp(taken);
  }

  giveUp(): void {
    for (const one of this.#attached) this.#remove(one);
  }

  // The page ends.
  close(): void {
    this.#recording?.stop();
    for (const one of this.#attached) one.leave();
  }

  async #add(name: string, coming: Promise<Prepared>): Promise<void> {
    if (this.#attached.length === MOST) return this.#say(m.tooMany(MOST));
    this.#say("");
    await this.#put(name).send(coming);
  }

  #put(name: string): Attached {
    const attached: Attached = new Attached(this.gid, this.kept, name, () => this.changed(), () => this.#remove(attached));
    this.#attached.push(attached);
    this.element.append(attached.element);
    this.changed();
    return attached;
  }

  #remove(attached: Attached): void {
    attached.cancel();
    attached.element.remove();
    this.#attached = this.#attached.filter((one) => one !== attached);
    this.changed();
  }

  #say(words: string): void {
    this.#note.textContent = words;
  }
}
