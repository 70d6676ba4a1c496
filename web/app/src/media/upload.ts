// One file on its way to the server, in parts: it can be paused, and goes on by itself after a cut from where the
// server says that it stands. Parts are as large as the line carries within a few seconds.

import { hasher, hexOf } from "@stentor/sdk";
import type { Refusal } from "../words";
import { askServer, Refused, type Json } from "./server";

export interface SentFile {
  address: string;
  mediaType: string;
  size: number;
  sha256: Uint8Array;
}

export type UploadState = "preparing" | "sending" | "waiting" | "paused" | "done" | "failed";

const PART_MIN = 16 * 1024;
const PART_FIRST = 64 * 1024;
const QUICK_MS = 800;
const SLOW_MS = 3_000;
const HASHED_AT_ONCE = 1024 * 1024;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 20_000;

// The size of the next part, by how long the last one took.
export function nextPart(bytes: number, tookMs: number, most: number): number {
  if (tookMs < QUICK_MS) return Math.min(most, bytes * 2);
  return tookMs > SLOW_MS ? Math.max(PART_MIN, bytes / 2) : bytes;
}

export class Upload {
  state: UploadState = "preparing";
  offset = 0;
  file: SentFile | undefined;
  refusal: Refusal | undefined;
  #id: string;
  #sha256: Uint8Array | undefined;
  #part = PART_FIRST;
  #most = PART_FIRST;
  #tries = 0;
  #abort = new AbortController();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly gid: number,
    private readonly blob: Blob,
    private readonly name: string,
    private readonly changed: () => void,
    // The address of what this is a small picture of.
    private readonly thumbnailOf = "",
    // Of a page before.
    known: { id: string; sha256: Uint8Array | undefined } = { id: "", sha256: undefined },
  ) {
    this.#id = known.id;
    this.#sha256 = known.sha256;
  }

  // Of the server; empty: not begun.
  get id(): string {
    return this.#id;
  }

  get sha256(): Uint8Array | undefined {
    return this.#sha256;
  }

  get size(): number {
    return this.blob.size;
  }

  start(): void {
    this.#abort = new AbortController();
    void this.#run(this.#abort.signal);
  }

  pause(): void {
    if (this.state === "done" || this.state === "failed") return;
    this.#stop();
    this.#become("paused");
  }

  // As on a page before.
  stand(offset: number): void {
    this.offset = offset;
    this.#become("paused");
  }

  // The page ends; the server keeps what it has.
  leave(): void {
    this.#stop();
  }

  // Also after a failure.
  resume(): void {
    if (this.state === "done") return;
    if (this.state === "failed") this.#id = "";
    this.#tries = 0;
    this.#stop();
    this.start();
  }

  cancel(): void {
    this.#stop();
    if (this.#id !== "" && this.state !== "done") void askServer("DELETE", `uploads/${this.#id}`).catch(() => undefined);
  }

  #stop(): void {
    clearTimeout(this.#retry);
    this.#abort.abort();
  }

  #become(state: UploadState): void {
    this.state = state;
    this.changed();
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      if (!this.#sha256) {
        this.#become("preparing");
        this.#sha256 = await hashOf(this.blob, signal);
      }
      this.#become("sending");
      await this.#place(this.#sha256, signal);
      while (this.offset < this.size) await this.#sendPart(signal);
      this.#finished(await askServer("POST", `uploads/${this.#id}/finish`, { sha256: hexOf(this.#sha256) }, signal));
    } catch (error) {
      if (!signal.aborted) this.#onError(error);
    }
  }

  // Where the server stands; an upload that it does not know begins anew.
  async #place(sha256: Uint8Array, signal: AbortSignal): Promise<void> {
    const known = this.#id === "" ? undefined : await askServer("GET", `uploads/${this.#id}`, undefined, signal).catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    });
    const answer = known ?? await askServer("POST", "uploads", {
      group: this.gid, name: this.name, size: this.size, type: this.blob.type.split(";")[0] ?? "", sha256: hexOf(sha256),
      ...(this.thumbnailOf !== "" && { thumbnail_of: this.thumbnailOf }),
    }, signal);
    this.#id = String(answer["id"]);
    this.#most = Number(answer["part_bytes"]);
    this.#moved(answer);
  }

  async #sendPart(signal: AbortSignal): Promise<void> {
    const part = this.blob.slice(this.offset, this.offset + Math.min(this.#part, this.#most));
    const began = performance.now();
    try {
      this.#moved(await askServer("POST", `uploads/${this.#id}/parts?offset=${this.offset}`, part, signal));
      this.#part = nextPart(this.#part, performance.now() - began, this.#most);
      this.#tries = 0;
    } catch (error) {
      // What was sent before a cut may have arrived.
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      this.offset = error.refusal.limit;
    }
  }

  #moved(answer: Json): void {
    this.offset = Number(answer["offset"]);
    this.changed();
  }

  #finished(answer: Json): void {
    this.file = {
      address: String(answer["address"]), mediaType: String(answer["media_type"]), size: Number(answer["size"]),
      sha256: this.#sha256 ?? new Uint8Array(),
    };
    this.#become("done");
  }

  #onError(error: unknown): void {
    if (error instanceof Refused && !error.passes) {
      this.refusal = error.refusal;
      return this.#become("failed");
    }
    this.#part = Math.max(PART_MIN, this.#part / 2);
    const capped = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#tries++);
    const told = error instanceof Refused ? error.refusal.retryAfterMs : 0;
    this.#retry = setTimeout(() => this.start(), Math.max(told, capped * (0.5 + Math.random() / 2)));
    this.#become("waiting");
  }
}

// A piece at a time: the page goes on between two.
async function hashOf(blob: Blob, signal: AbortSignal): Promise<Uint8Array> {
  const hash = hasher();
  for (let at = 0; at < blob.size; at += HASHED_AT_ONCE) {
    signal.throwIfAborted();
    hash.update(new Uint8Array(await blob.slice(at, at + HASHED_AT_ONCE).arrayBuffer()));
  }
  return hash.digest();
}
