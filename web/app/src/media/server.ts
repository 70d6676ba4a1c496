// What these modules ask of the server.

import { keptAccount } from "../account";
import type { Refusal } from "../words";

export type Json = Record<string, unknown>;

const ANSWER_WITHIN_MS = 30_000;

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly refusal: Required<Refusal>,
  ) {
    super(`refused: ${status}`);
  }

  // Later the same may be taken.
  get passes(): boolean {
    return this.status === 503 || this.status === 408;
  }
}

// Throws Refused, or whatever fetch() throws where the server cannot be reached.
export async function askServer(method: string, path: string, body?: Json | Blob, signal?: AbortSignal): Promise<Json> {
  const within = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const type = body instanceof Blob ? "application/octet-stream" : "application/json";
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${keptAccount()?.token ?? ""}`, ...(body && { "content-type": type }) },
    ...(body && { body: body instanceof Blob ? body : JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, within]) : within,
  });
  const answer = await response.json().catch(() => ({})) as Json;
  if (response.ok) return answer;
  const number = (name: string) => Number(answer[name] ?? 0) || 0;
  throw new Refused(response.status, {
    code: number("number"), field: String(answer["field"] ?? ""), limit: number("limit"),
    retryAfterMs: number("retry_after_ms"), rule: String(answer["rule"] ?? ""),
  });
}
