// Signing up and in, the account itself, and what this browser keeps of it. The token lies in localStorage and
// goes out in the Hello frame or in a header; it is never part of an address.

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
  rule: string;
}

// One place where somebody is signed in.
export interface Session {
  id: number;
  client: string;
  address: string;
  current: boolean;
}

type Json = Record<string, unknown>;

const ACCOUNT = "stentor.account";
const DEVICE = "stentor.device";
// Which emoji somebody likes: nothing for whoever comes next.
export const EMOJI_KEPT = "stentor.emoji";
const ANSWER_WITHIN_MS = 15_000;
const OFFLINE: ApiRefusal = { number: 0, field: "", limit: 0, retryAfterMs: 0, rule: "" };

let changing: Promise<unknown> = Promise.resolve();

// `token`: of a registration, where sign-up is closed; else empty.
export async function enter(path: "sign-up" | "sign-in", name: string, password: string, token = ""): Promise<Account | ApiRefusal> {
  const answer = await call(path, { name, password, ...(token && { token }) });
  return isRefusal(answer) ? answer : accountOf(answer, name);
}

// Here and, if wanted, everywhere else. False: the server did not hear of it.
export async function endToken({ token }: Account, everywhere: boolean): Promise<boolean> {
  const answer = await call("sign-out", everywhere ? { everywhere } : {}, token);
  // A token that has ended already needs no end.
  return !isRefusal(answer) || answer.number >= 400;
}

// All tokens so far end; the new one is kept.
export function changePassword(account: Account, old: string, wanted: string): Promise<Account | ApiRefusal> {
  const answered = call("password", { old, new: wanted }, account.token).then((answer) => {
    if (isRefusal(answer)) return answer;
    const changed = accountOf(answer, account.name);
    keepAccount(changed);
    return changed;
  });
  changing = answered;
  return answered;
}

// When a change of the password that is under way has ended: its answer may come after the end of the old token.
export async function settled(): Promise<void> {
  await changing;
}

export async function sessions({ token }: Account): Promise<Session[] | ApiRefusal> {
  const answer = await call("sessions", undefined, token);
  if (isRefusal(answer)) return answer;
  const list = Array.isArray(answer["sessions"]) ? (answer["sessions"] as Json[]) : [];
  return list.map(({ id, client, address, current }) => ({ id: number(id), client: text(client), address: text(address), current: current === true }));
}

export async function endSession({ token }: Account, id: number): Promise<ApiRefusal | undefined> {
  const answer = await call("sessions/end", { id }, token);
  return isRefusal(answer) ? answer : undefined;
}

// Without a body it is a GET.
async function call(path: string, body: Json | undefined, token = ""): Promise<Json | ApiRefusal> {
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method: body ? "POST" : "GET",
      headers: { ...(body && { "content-type": "application/json" }), ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
      // Whoever signs out may close the page in the same moment.
      keepalive: true,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const answer = (await response.json()) as Json;
    if (response.ok) return answer;
    return {
      number: number(answer["number"]),
      field: text(answer["field"]),
      limit: number(answer["limit"]),
      retryAfterMs: number(answer["retry_after_ms"]),
      rule: text(answer["rule"]),
    };
  } catch {
    return OFFLINE;
  }
}

function accountOf(answer: Json, name: string): Account {
  return {
    uid: number(answer["uid"]),
    name: text(answer["name"]) || name,
    token: text(answer["token"]),
    expiresMs: number(answer["expires_ms"]),
  };
}

export function isAccount(answer: Account | ApiRefusal): answer is Account {
  return "token" in answer;
}

export function isRefusal(answer: Json | Session[] | Account | ApiRefusal): answer is ApiRefusal {
  return "retryAfterMs" in answer;
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

// Names a session among the tabs of this browser, without telling its token (FNV-1a).
export function sessionKey({ uid, token }: Account): string {
  let hash = 0x811c9dc5;
  for (const letter of token) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return `${uid}.${(hash >>> 0).toString(16)}`;
}

export function keepAccount(account: Account): void {
  localStorage.setItem(ACCOUNT, JSON.stringify(account));
}

export function forgetAccount(): void {
  localStorage.removeItem(ACCOUNT);
  localStorage.removeItem(EMOJI_KEPT);
}

// Another tab has signed in or out, or has a new token.
export function onAccountElsewhere(changed: () => void): void {
  window.addEventListener("storage", ({ key }) => {
    if (key === ACCOUNT || key === null) changed();
  });
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
