// A row of the audit as the columns of its table. Rows come from several versions: what is missing
// is empty.

export interface AuditLine {
  actor: string;
  address: string;
  action: string;
  object: string;
  change: string;
  result: string;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  if (typeof value !== "object") return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, each]) => `${key} ${text(each)}`)
    .join(", ");
}

// Whoever gave their name is called by it; a mark says that their own key told it.
function whoActed(actor: unknown): string {
  if (typeof actor !== "object" || actor === null) return text(actor);
  const { kind, name, uid, id, own_key } = actor as Record<string, unknown>;
  const known = text(name);
  return known ? `${known}${own_key === true ? " ✓" : ""} (${text(kind)})` : [text(kind), text(uid ?? id)].filter(Boolean).join(" ");
}

export function auditLine(what: unknown): AuditLine {
  const row = (typeof what === "object" && what !== null ? what : { action: text(what) }) as Record<string, unknown>;
  const before = text(row["before"]);
  const after = text(row["after"] ?? row["asked"]);
  return {
    actor: whoActed(row["actor"]),
    address: text(row["address"]),
    action: text(row["action"]),
    object: text(row["object"]),
    change: before ? `${before} → ${after}` : after,
    result: text(row["result"] ?? "done"),
  };
}
