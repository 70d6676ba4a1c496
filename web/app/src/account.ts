// Signing up and in, and what this browser keeps of it. The token lies in localStorage and goes out
// in the Hello frame; it is never part of an address.

export interface Account {
  uid: number;
  name: string;
  token: string;
  expiresMs: number;
}

export interface ApiRefusal {
  number: number;
  field: string;
  limit: number;
  retryAfterMs: number;
}

const ACCOUNT = "stentor.account";
const DEVICE = "stentor.device";

export async function enter(path: "sign-up" | "sign-in", name: string, password: string): Promise<Account | ApiRefusal> {
  const offline: ApiRefusal = { number: 0, field: "", limit: 0, retryAfterMs: 0 };
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, password }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) {
      return {
        number: number(answer["number"]),
        field: text(answer["field"]),
        limit: number(answer["limit"]),
        retryAfterMs: number(answer["retry_after_ms"]),
      };
    }
    return {
      uid: number(answer["uid"]),
      name: text(answer["name"]) || name,
      token: text(answer["token"]),
      expiresMs: number(answer["expires_ms"]),
    };
  } catch {
    return offline;
  }
}

export function isAccount(answer: Account | ApiRefusal): answer is Account {
  return "token" in answer;
}

export function keptAccount(): Account | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(ACCOUNT) ?? "null") as Partial<Account> | null;
    if (typeof kept?.token !== "string" || typeof kept.uid !== "number") return undefined;
    if (kept.expiresMs && kept.expiresMs < Date.now()) return undefined;
    return { uid: kept.uid, name: kept.name ?? "", token: kept.token, expiresMs: kept.expiresMs ?? 0 };
  } catch {
    return undefined;
  }
}

export function keepAccount(account: Account): void {
  localStorage.setItem(ACCOUNT, JSON.stringify(account));
}

export function forgetAccount(): void {
  localStorage.removeItem(ACCOUNT);
}

export function device(): number {
  const kept = Number(localStorage.getItem(DEVICE));
  if (Number.isSafeInteger(kept) && kept > 0) return kept;
  const [high = 0, low = 1] = crypto.getRandomValues(new Uint32Array(2));
  const made = (high % 2 ** 21) * 2 ** 32 + low;
  localStorage.setItem(DEVICE, String(made));
  return made;
}

// Ids may come as strings: they are below 2^53, but not every JSON writer trusts its readers so far.
function number(value: unknown): number {
  return Number(value ?? 0) || 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
