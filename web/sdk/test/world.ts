// A clock that only moves when told, its timers, and randomness from a seed.

import type { Env } from "../src/env";

interface Timer {
  atMs: number;
  run: () => void;
  order: number;
}

export class World implements Env {
  // Real timers may run when the clock, which is another one, is a little behind.
  earlyMs = 0;
  #nowMs = 1_800_000_000_000;
  #timers: Timer[] = [];
  #order = 0;
  #state: number;

  constructor(seed = 1) {
    this.#state = seed | 0;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), run, order: this.#order++ };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= endMs);
      due.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = due[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs - this.earlyMs);
      next.run();
    }
    this.#nowMs = endMs;
  }

  // mulberry32
  chance(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  random(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.chance() * 256));
  }
}
