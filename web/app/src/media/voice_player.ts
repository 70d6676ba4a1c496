// A voice message: its wave, how long it is, and a button.

import type { Body } from "@stentor/sdk";
import { button, el, setText } from "../dom";
import { clockWords, m } from "./texts";
import { ticketed } from "./ticket";
import { drawWave } from "./wave";

const STEP_MS = 5_000;

let playing: HTMLAudioElement | undefined;

export class VoicePlayer {
  readonly element: HTMLElement;
  readonly #audio = el("audio", { preload: "none" });
  readonly #wave = el("canvas", { class: "wave", role: "slider", tabindex: 0, "aria-label": m.position, "aria-valuemin": 0 });
  readonly #time = el("span", { class: "time" });
  readonly #button = button("▶", () => void this.#toggle(), { class: "play", "aria-label": m.play });

  constructor(private readonly attachment: Body["attachments"][number]) {
    this.element = el("div", { class: "voice", role: "group", "aria-label": m.voiceMessage }, this.#button, this.#wave, this.#time);
    for (const name of ["play", "pause", "ended", "timeupdate"]) this.#audio.addEventListener(name, () => this.#draw());
    this.#audio.addEventListener("error", () => setText(this.#time, m.gone));
    this.#wave.addEventListener("click", ({ offsetX }) => this.#seek(offsetX / this.#wave.clientWidth));
    this.#wave.addEventListener("keydown", (event) => this.#step(event));
    this.#wave.setAttribute("aria-valuemax", String(Math.round(attachment.durationMs / 1000)));
    setText(this.#time, clockWords(attachment.durationMs));
    // It has a size once it is on the page.
    setTimeout(() => this.#draw());
  }

  async #toggle(): Promise<void> {
    if (!this.#audio.paused) return this.#audio.pause();
    if (playing !== this.#audio) playing?.pause();
    playing = this.#audio;
    if (this.#audio.src === "") this.#audio.src = await ticketed(this.attachment.address);
    await this.#audio.play().catch(() => undefined);
  }

  #seek(part: number): void {
    if (this.#audio.src !== "") this.#audio.currentTime = (part * this.attachment.durationMs) / 1000;
  }

  #step(event: KeyboardEvent): void {
    const step = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.#audio.currentTime * 1000 + step;
    this.#seek(Math.min(1, Math.max(0, at / Math.max(1, this.attachment.durationMs))));
  }

  #draw(): void {
    const { paused, currentTime } = this.#audio;
    const { durationMs, preview } = this.attachment;
    setText(this.#button, paused ? "▶" : "⏸");
    this.#button.setAttribute("aria-label", paused ? m.play : m.pausePlaying);
    const at = currentTime * 1000;
    this.#wave.setAttribute("aria-valuenow", String(Math.round(currentTime)));
    this.#wave.setAttribute("aria-valuetext", clockWords(at));
    if (at > 0) setText(this.#time, clockWords(paused && at >= durationMs ? durationMs : at));
    drawWave(this.#wave, preview.length > 0 ? preview : new Uint8Array(32).fill(90), durationMs > 0 ? at / durationMs : 0);
  }
}
