// A voice message: recorded in one piece, its wave drawn while one speaks.

import { button, el, setText } from "../dom";
import type { Prepared } from "./pictures";
import { clockWords, m } from "./texts";
import { drawWave, loudness, PARTS } from "./wave";

const DRAWN_EVERY_MS = 80;
// About 2 MB of speech; what was said until then is kept.
const LONGEST_MS = 10 * 60 * 1000;
// Quiet speech has peaks of about 0.3.
const LOUD_BAR = 600;
const TYPES: readonly [type: string, ending: string][] = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"]];

export type Recorded = Prepared | "discarded" | "no microphone";

export function canRecord(): boolean {
  return "MediaRecorder" in window && navigator.mediaDevices !== undefined;
}

export class Recording {
  readonly element: HTMLElement;
  readonly #wave = el("canvas", { class: "wave", "aria-hidden": "true" });
  readonly #time = el("span", { class: "time", role: "timer" }, clockWords(0));
  readonly #done = button(m.stop, () => this.stop(), { class: "primary", disabled: true });
  readonly #bars: number[] = [];
  #recorder: MediaRecorder | undefined;
  #over = false;

  // `over` is called once.
  constructor(private readonly over: (recorded: Recorded) => void) {
    this.element = el("div", { class: "recording", role: "group", "aria-label": m.recording },
      el("span", { class: "live", "aria-hidden": "true" }), this.#wave, this.#time,
      button(m.discard, () => this.#discard(), { class: "link" }), this.#done,
    );
    void this.#begin();
  }

  // What was said until now is the message.
  stop(): void {
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    else if (!this.#recorder) this.#end("discarded");
  }

  #discard(): void {
    this.#end("discarded");
    this.stop();
  }

  #end(recorded: Recorded): void {
    if (!this.#over) this.over(recorded);
    this.#over = true;
  }

  async #begin(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined);
    if (!stream) return this.#end("no microphone");
    const end = () => {
      for (const track of stream.getTracks()) track.stop();
    };
    // It was thrown away while the person was asked.
    if (this.#over) return end();
    const [type, ending] = TYPES.find(([one]) => MediaRecorder.isTypeSupported(one)) ?? ["", "webm"];
    const recorder = new MediaRecorder(stream, type === "" ? {} : { mimeType: type });
    this.#recorder = recorder;
    const context = new AudioContext();
    const began = performance.now();
    const timer = setInterval(this.#drawer(context, stream, began), DRAWN_EVERY_MS);
    recorder.addEventListener("dataavailable", ({ data }) => {
      clearInterval(timer);
      end();
      void this.#made(context, new Blob([data], { type: recorder.mimeType.split(";")[0] ?? "" }), ending, performance.now() - began);
    });
    recorder.start();
    this.#done.disabled = false;
  }

  #drawer(context: AudioContext, stream: MediaStream, began: number): () => void {
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return () => {
      analyser.getFloatTimeDomainData(samples);
      this.#bars.push(Math.min(255, samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) * LOUD_BAR));
      drawWave(this.#wave, this.#bars.slice(-PARTS), 1);
      const ms = performance.now() - began;
      setText(this.#time, clockWords(ms));
      if (ms >= LONGEST_MS) this.stop();
    };
  }

  // How long it is and how loud is read from what was recorded; where that cannot be read, from what was seen.
  async #made(context: AudioContext, blob: Blob, ending: string, recordedMs: number): Promise<void> {
    const decoded = await blob.arrayBuffer().then((bytes) => context.decodeAudioData(bytes)).catch(() => undefined);
    void context.close();
    this.#end({
      kind: "voice", blob, name: `voice.${ending}`,
      durationMs: Math.round(decoded ? decoded.duration * 1000 : recordedMs),
      preview: loudness(decoded ? decoded.getChannelData(0) : Float32Array.from(this.#bars)),
    });
  }
}
