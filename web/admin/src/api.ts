// /admin/api/ with the key that the operator gave.

export interface User {
  uid: number;
  name: string;
  disabled: boolean;
  created_ms: number;
}
export interface Group {
  gid: number;
  name: string;
  kind: string;
  members: number;
  head: number;
  activity_ms: number;
}
export interface GroupSettings {
  slow_mode_s: number;
  join_policy: number;
  topic: string;
}
export interface Member {
  uid: number;
  name: string;
  role: string;
  muted_until_ms: number;
  banned: boolean;
}

export interface AuditRow {
  number: number;
  time_ms: number;
  what: unknown;
}

export interface ModerationRow {
  number: number;
  time_ms: number;
  kind: string;
  by: number;
  uid: number;
  seq: number;
  value: number;
  reason: string;
}

export interface RegistrationToken {
  id: string;
  name: string;
  uses_max: number;
  uses: number;
  expires_ms: number;
  over: boolean;
}

export interface AddressBan {
  network: string;
  reason: string;
  created_ms: number;
  ends_ms: number;
  over: boolean;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly field: string,
    readonly limit = 0,
  ) {
    super(field ? `${code}: ${field}` : code);
  }
}

type Body = Record<string, string | number | boolean>;

export interface OpenReport {
  gid: number;
  group: string;
  epoch: number;
  seq: number;
  uid: number;
  author: string;
  reports: number;
  time_ms: number;
  reasons: string[];
}

export interface Invite {
  invite: string;
  by: number;
  made_ms: number;
  expires_ms: number;
  uses_max: number;
  uses: number;
}

export class AdminApi {
  // `operator`: what they call themselves, for the audit.
  constructor(
    private readonly key: string,
    private readonly operator: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#call<T>("GET", path);
  }
  post<T>(path: string, body: Body = {}): Promise<T> {
    return this.#call<T>("POST", path, body);
  }
  async metrics(): Promise<string> {
    const response = await fetch("/metrics");
    if (!response.ok) throw new Refusal(response.status, String(response.status), "metrics");
    return response.text();
  }

  users(prefix: string, after: string): Promise<{ users: User[]; next: string }> {
    return this.get(`users?count=50&${new URLSearchParams({ prefix, after })}`);
  }
  erase(uid: number, from: { gid: number; seq: number }): Promise<{ erased: number; left: number; refused: number; next_gid: number; next_seq: number }> {
    return this.post(`users/${uid}/erase`, from);
  }
  groups(after: number, name = "", count = 50): Promise<{ groups: Group[]; next: number; searched: number }> {
    return this.get(`groups?${new URLSearchParams({ count: String(count), after: String(after), name })}`);
  }
  group(gid: number): Promise<Group> {
    return this.get(`groups/${gid}`);
  }
  settings(gid: number): Promise<GroupSettings> {
    return this.get(`groups/${gid}/settings`);
  }
  reports(after: number): Promise<{ reports: OpenReport[]; next: number }> {
    return this.get(`reports?after=${after}`);
  }
  invites(gid: number, after: string): Promise<{ invites: Invite[]; next: string }> {
    return this.get(`groups/${gid}/invites?count=50&${new URLSearchParams({ after })}`);
  }
  audit(before: number): Promise<{ audit: AuditRow[]; next: number }> {
    return this.get(`audit?count=50&before=${before}`);
  }
  members(gid: number, prefix: string, banned: string, after: string): Promise<{ members: Member[]; total: number; next: string }> {
    return this.get(`groups/${gid}/members?count=50&${new URLSearchParams({ prefix, banned, after })}`);
  }

  moderation(gid: number, before: number): Promise<{ rows: ModerationRow[]; next: number }> {
    return this.get(`groups/${gid}/moderation?count=50&before=${before}`);
  }

  registration(): Promise<{ tokens: RegistrationToken[] }> {
    return this.get("registration");
  }

  bans(): Promise<{ bans: AddressBan[] }> {
    return this.get("bans");
  }

  async #call<T>(method: string, path: string, body?: Body): Promise<T> {
    const response = await fetch(`/admin/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`, "content-type": "application/json",
        ...(this.operator && { "x-stentor-actor": bytesOf(this.operator) }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer: unknown = await response.json().catch(() => ({}));
    if (response.ok) return answer as T;
    const { code, field, limit } = answer as { code?: string; field?: string; limit?: number };
    throw new Refusal(response.status, code ?? String(response.status), field ?? "", limit ?? 0);
  }
}

// A header is made of bytes, whatever a name is made of.
function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
