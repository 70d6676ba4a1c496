// What the server gives somebody of their own, and how an account ends.

import { call, isRefusal, type Account, type ApiRefusal } from "../account";

export interface OwnPage {
  entries: unknown[];
  groups: unknown[];
  // Where the next page begins; nothing: this is the last.
  next?: { gid: number; seq: number };
  [field: string]: unknown;
}

export async function ownPage({ token }: Account, { gid, seq }: { gid: number; seq: number }): Promise<OwnPage | ApiRefusal> {
  const answer = await call(`own?gid=${gid}&seq=${seq}`, undefined, token);
  return isRefusal(answer) ? answer : { ...answer, entries: listIn(answer, "entries"), groups: listIn(answer, "groups") };
}

// Nothing: it is closed.
export async function eraseAccount({ token }: Account, password: string): Promise<ApiRefusal | undefined> {
  const answer = await call("erase", { password }, token);
  return isRefusal(answer) ? answer : undefined;
}

function listIn(answer: Record<string, unknown>, name: string): unknown[] {
  const list = answer[name];
  return Array.isArray(list) ? list : [];
}
