// When the page is drawn: many events, one drawing. Where drawing costs much it comes less often, so that keys and
// presses never wait for more than one.
//
// Not requestAnimationFrame: the title has to change in a hidden tab too.

const EVERY_MS = 16;
// Of all time drawing takes at most one part in so many.
const SHARE = 3;
const LATEST_MS = 200;

export interface Moments {
  now(): number;
  after(delayMs: number, run: () => void): void;
  // A key or a press waits for this page. Chromium alone tells.
  inputWaits(): boolean;
}

const here: Moments = {
  now: () => performance.now(),
  after: (delayMs, run) => void setTimeout(run, delayMs),
  inputWaits: () => (navigator as { scheduling?: { isInputPending?(): boolean } }).scheduling?.isInputPending?.() === true,
};

export class Pace {
  #asked = false;
  #askedMs = 0;
  #endedMs = 0;
  #costMs = 0;

  constructor(
    private readonly draw: () => void,
    private readonly moments = here,
  ) {}

  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#askedMs = this.moments.now();
    const restMs = Math.min(LATEST_MS, (SHARE - 1) * this.#costMs);
    this.moments.after(Math.max(EVERY_MS, this.#endedMs + restMs - this.#askedMs), () => this.#due());
  }

  #due(): void {
    const { now, after, inputWaits } = this.moments;
    const began = now();
    if (began - this.#askedMs < LATEST_MS && inputWaits()) return after(0, () => this.#due());
    this.#asked = false;
    this.draw();
    this.#endedMs = now();
    this.#costMs = this.#endedMs - began;
  }
}
