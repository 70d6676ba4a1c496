// What is to go out with the next message: each file with its way to the server.

import type { Body, Draft } from "@stentor/sdk";
import { el } from "../dom";
import { Attached } from "./attached";
import { prepared, type Prepared } from "./pictures";
import { m } from "./texts";
import "./media.css";

const MOST = 10;

export interface TrayPort {
  gid: number;
  // What it holds, or how far that is, has changed.
  changed(): void;
}

export class Tray {
  readonly element = el("div", { class: "tray", role: "group", "aria-label": m.attached });
  readonly #note = el("p", { class: "note", role: "alert" });
  #attached: Attached[] = [];

  constructor(private readonly port: TrayPort) {
    this.element.append(this.#note);
  }

  get empty(): boolean {
    return this.#attached.length === 0;
  }

  // Something is not with the server yet.
  get busy(): boolean {
    return this.#attached.some(({ done }) => !done);
  }

  add(files: Iterable<File>): void {
    for (const file of files) void this.#add(file.name, prepared(file));
  }

  // Once all are with the server: they belong to a message now.
  take(): Draft<Body>["attachments"] {
    const taken = this.#attached.map((one) => one.attachment());
    for (const one of this.#attached) one.element.remove();
    this.#attached = [];
    return taken;
  }

  async #add(name: string, coming: Promise<Prepared>): Promise<void> {
    if (this.#attached.length === MOST) return this.#say(m.tooMany(MOST));
    this.#say("");
    const attached = new Attached(this.port.gid, name, () => this.port.changed(), () => this.#remove(attached));
    this.#attached.push(attached);
    this.element.append(attached.element);
    this.port.changed();
    await attached.send(coming);
  }

  #remove(attached: Attached): void {
    attached.cancel();
    attached.element.remove();
    this.#attached = this.#attached.filter((one) => one !== attached);
    this.port.changed();
  }

  #say(words: string): void {
    this.#note.textContent = words;
  }
}
