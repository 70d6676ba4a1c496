// What browsers, Node and others have alike, for those who need no other world: the rest of the SDK
// takes it as an argument.

import type { Env } from "./env";

// Longer delays overflow setTimeout's 32 bits and would run at once.
const TIMER_MAX_MS = 2 ** 31 - 1;

// The machine's clock and timers, and randomness for secrets.
export const platform: Env = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
  random: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

// The token for ClientOptions. `address`: such as http://127.0.0.1:8080. Rejects with the server's answer as text.
export async function signIn(address: string, name: string, password: string): Promise<string> {
  const answer = await fetch(`${address}/api/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { token: string }).token;
}
