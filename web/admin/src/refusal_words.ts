// Why something was refused, in words where there are some, else by its code and field.

import { t } from "./texts";

export interface Refused {
  code: string;
  field: string;
  limit: number;
}

export function refusalWords({ code, field, limit }: Refused): string {
  const known = `${code} ${field}`;
  const words = Object.hasOwn(t.refusedFor, known) ? t.refusedFor[known] : undefined;
  return words ? words(limit) : t.refused(field ? `${code}: ${field}` : code);
}
