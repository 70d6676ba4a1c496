// One file in the tray: what it is, how far it has come, and what can be done about it.

import { Code, type Body, type Draft } from "@stentor/sdk";
import { button, el, iconButton, setText } from "../dom";
import { wordsOf, type Refusal } from "../words";
import type { KeptUploads, TakenUp } from "./kept_uploads";
import type { Prepared } from "./pictures";
import { m, sizeWords } from "./texts";
import { Upload } from "./upload";

type Attachment = NonNullable<Draft<Body>["attachments"]>[number];

export class Attached {
  readonly element: HTMLElement;
  readonly #picture = el("img", { alt: "", hidden: true });
  readonly #state = el("span", { class: "state", role: "status" }, m.preparing);
  readonly #bar = el("progress", { max: 1, value: 0 });
  readonly #toggle = button("", () => this.#pressed(), { class: "link", hidden: true });
  #made: Prepared | undefined;
  #uploads: Upload[] = [];
  #shown = "";
  // The page ends.
  #left = false;
  // It was given up, or belongs to a message.
  #over = false;
  // In the database; nothing: only this page has it.
  #key: string | undefined;

  constructor(
    private readonly gid: number,
    private readonly kept: KeptUploads,
    name: string,
    private readonly changed: () => void,
    removed: () => void,
  ) {
    this.element = el("div", { class: "attached" },
      this.#picture,
      el("span", { class: "what" }, el("bdi", { class: "name" }, name), this.#state, this.#bar),
      this.#toggle, iconButton("close", m.remove, removed),
    );
  }

  get done(): boolean {
    const [whole, small] = this.#uploads;
    // Without its small picture a large one is shown all the same.
    return whole?.state === "done" && (!this.#made?.thumbnail || small?.state === "done" || small?.state === "failed");
  }

  async send(coming: Promise<Prepared>): Promise<void> {
    const made = await coming.catch(() => undefined);
    if (this.#left) return;
    if (!made || made.blob.size === 0) return setText(this.#state, made ? m.empty : m.unreadable);
    this.#has(made);
    this.#begin(made.blob, made.name);
    const key = await this.kept.keep(this.gid, made);
    if (this.#over) return this.kept.drop(key === undefined ? [] : [key]);
    this.#key = key;
    this.#note();
  }

  // What a page before this one has left.
  takeUp({ key, row, made }: TakenUp): void {
    this.#key = key;
    this.#has(made);
    const upload = new Upload(this.gid, made.blob, made.name, () => this.#draw(), undefined, row);
    this.#uploads.push(upload);
    if (row.pausedAt === undefined) upload.start();
    else upload.stand(row.pausedAt);
  }

  #has(made: Prepared): void {
    this.#made = made;
    if (made.kind === "image") this.#show(made.thumbnail ?? made.blob);
    else if (made.thumbnail) this.#show(made.thumbnail);
  }

  #begin(blob: Blob, name: string, thumbnailOf?: string): void {
    const upload = new Upload(this.gid, blob, name, () => this.#draw(), thumbnailOf);
    this.#uploads.push(upload);
    upload.start();
  }

  get keys(): string[] {
    return this.#key === undefined ? [] : [this.#key];
  }

  cancel(): void {
    this.#over = true;
    this.leave();
    for (const upload of this.#uploads) upload.cancel();
    this.kept.drop(this.keys);
  }

  // It stays in the database.
  leave(): void {
    this.#left = true;
    for (const upload of this.#uploads) upload.leave();
    if (this.#shown !== "") URL.revokeObjectURL(this.#shown);
  }

  #note(): void {
    const [whole] = this.#uploads;
    if (!whole || this.#key === undefined) return;
    const { id, sha256, state, offset } = whole;
    this.kept.note(this.#key, { id, sha256, pausedAt: state === "paused" ? offset : undefined });
  }

  attachment(): Attachment {
    this.#over = true;
    const whole = this.#uploads[0]?.file;
    const { kind = "file", name = "", width, height, durationMs, preview } = this.#made ?? {};
    if (this.#shown !== "") URL.revokeObjectURL(this.#shown);
    return {
      kind, name, width, height, durationMs, preview,
      address: whole?.address, mediaType: whole?.mediaType, size: whole?.size, sha256: whole?.sha256,
    };
  }

  #show(blob: Blob): void {
    this.#shown = URL.createObjectURL(blob);
    this.#picture.src = this.#shown;
    this.#picture.hidden = false;
  }

  #pressed(): void {
    const paused = this.#uploads.some(({ state }) => state === "paused" || state === "failed");
    for (const upload of this.#uploads) {
      if (paused) upload.resume();
      else upload.pause();
    }
  }

  #draw(): void {
    this.#note();
    const [whole] = this.#uploads;
    if (whole?.file && this.#made?.thumbnail && this.#uploads.length === 1) {
      return this.#begin(this.#made.thumbnail, this.#made.name, whole.file.address);
    }
    const has = (state: Upload["state"]) => this.#uploads.some((one) => one.state === state);
    const offset = this.#uploads.reduce((sum, one) => sum + one.offset, 0);
    const size = this.#uploads.reduce((sum, one) => sum + one.size, 0);
    const failed = whole?.state === "failed" ? whole : undefined;
    this.element.dataset["state"] = failed ? "failed" : this.done ? "done" : has("paused") ? "paused" : "sending";
    this.#bar.value = size > 0 ? offset / size : 0;
    this.#bar.hidden = this.done || failed !== undefined;
    this.#toggle.hidden = this.done;
    setText(this.#toggle, failed ? m.retry : has("paused") ? m.resume : m.pause);
    const progress = m.sent(sizeWords(offset), sizeWords(size));
    setText(this.#state, failed ? failureWords(failed.refusal)
      : this.done ? m.ready
      : has("paused") ? `${m.paused}, ${progress}`
      : has("waiting") ? m.waiting
      : has("preparing") ? m.preparing
      : progress);
    this.changed();
  }
}

function failureWords(refusal: Refusal | undefined): string {
  if (!refusal) return m.unreadable;
  const { code, field = "", limit = 0, rule = "" } = refusal;
  if (rule === "user_day_mb") return m.dayBytes(sizeWords(limit));
  if (rule === "user_day_files") return m.dayFiles(limit);
  if (rule === "media") return m.noFiles;
  if (code === Code.BAD_FIELD && field === "size") return m.tooLarge(sizeWords(limit));
  if (code === Code.BAD_FIELD && field === "sha256") return m.changed;
  return wordsOf(refusal);
}
