// Whether anybody answers: a socket to a network that is gone looks alive for as long as nobody asks.
//
// What was asked and brought no word is said after a few seconds, and a question is put for which there
// is always an answer; a connection that does not bring even that is lost. Two pulses missed say the same
// where nothing was asked.

import type { Cancel, Env } from "./env";

export interface SilencePort {
  // Asks what is always answered.
  probe(): void;
  // What `silent` says is another.
  changed(): void;
  lost(): void;
}

const PULSE_MS = 30_000;
const PULSES_MISSED = 2;
export const SAID_AFTER_MS = 4_000;
export const LOST_AFTER_MS = 15_000;
// The browser itself says that there is no network; it may be wrong, where the server is this machine.
export const LOST_OFFLINE_AFTER_MS = 5_000;

export class Silence {
  #silent = false;
  #on = false;
  #pulseMs = PULSE_MS;
  #heardMs = 0;
  #cancelPulses: Cancel | undefined;
  #cancelAnswer: Cancel | undefined;

  constructor(
    private readonly env: Env,
    private readonly port: SilencePort,
  ) {}

  // Something was asked, and nothing at all has been heard since.
  get silent(): boolean {
    return this.#silent;
  }

  // Silent, or so long without a word that timers must have slept.
  get doubtful(): boolean {
    return this.#silent || this.env.now() - this.#heardMs > this.#pulseMs * 1.25;
  }

  begins(pulseS: number): void {
    this.#on = true;
    this.#pulseMs = pulseS > 0 ? pulseS * 1000 : PULSE_MS;
    this.heard(false);
  }

  ends(): void {
    this.#on = false;
    this.#silent = false;
    this.#cancelPulses?.();
    this.#quiet();
  }

  // `awaits`: other answers are still missing.
  heard(awaits: boolean): void {
    if (!this.#on) return;
    this.#heardMs = this.env.now();
    this.#cancelPulses?.();
    this.#cancelPulses = this.env.after(this.#pulseMs * (PULSES_MISSED + 0.25), () => this.port.lost());
    this.#quiet();
    if (awaits) this.asked();
    if (!this.#silent) return;
    this.#silent = false;
    this.port.changed();
  }

  asked(): void {
    if (!this.#on) return;
    this.#cancelAnswer ??= this.env.after(SAID_AFTER_MS, () => this.#say(LOST_AFTER_MS));
  }

  // The browser says that the network is gone.
  doubt(): void {
    if (this.#on) this.#say(LOST_OFFLINE_AFTER_MS);
  }

  #say(lostAfterMs: number): void {
    this.#quiet();
    this.#silent = true;
    this.#cancelAnswer = this.env.after(lostAfterMs, () => this.port.lost());
    this.port.probe();
    this.port.changed();
  }

  #quiet(): void {
    this.#cancelAnswer?.();
    this.#cancelAnswer = undefined;
  }
}
