// A refusal in plain words, with its time and the rule behind it; and what a note tells.

import { Code, NoteKind, remedyOf, type Note, type Remedy } from "@stentor/sdk";
import { isolated } from "./dom";
import { duration, t, wholeTime } from "./texts";

// What a rule's words may name: its bound, that as a time, and what of the text it means.
export interface RuleFacts {
  limit: number;
  time: string;
  field: string;
}

export interface Refusals {
  codes: Readonly<Record<string, string>>;
  // Of a code of tomorrow, by what it asks for.
  unknown: Readonly<Record<Remedy, string>>;
  // Empty: the code says it better.
  rules: Readonly<Record<string, (facts: RuleFacts) => string>>;
  fields: Readonly<Record<string, string>>;
  rule(name: string): string;
  limit(most: number): string;
}

export interface Refusal {
  code: number;
  field?: string;
  limit?: number;
  retryAfterMs?: number;
  rule?: string;
}

// Of these the bound says more than the words alone.
const BOUNDED: ReadonlySet<number> = new Set([Code.TEXT_TOO_LONG, Code.TOO_MANY_GROUPS, Code.GROUP_FULL, Code.FRAME_TOO_LARGE]);

export function wordsOf(refusal: Refusal, nowMs = Date.now()): string {
  const { code, limit = 0, retryAfterMs = 0, rule = "" } = refusal;
  if (code === Code.MUTED && retryAfterMs > 0) return t.youAreMuted(wholeTime(nowMs + retryAfterMs));
  const known = rule === "" ? "" : byRule(refusal);
  const said = known || byField(refusal) || t.refusals.codes[Code[code] ?? ""] || t.refusals.unknown[remedyOf(code)];
  const bound = known === "" && limit > 0 && BOUNDED.has(code) ? ` ${t.refusals.limit(limit)}` : "";
  const named = rule !== "" && !Object.hasOwn(t.refusals.rules, rule) ? ` ${t.refusals.rule(isolated(rule))}` : "";
  const again = retryAfterMs > 0 ? ` ${t.retryIn(duration(retryAfterMs))}.` : "";
  return said + bound + named + again;
}

function byRule({ rule = "", limit = 0, field = "" }: Refusal): string {
  const words = Object.hasOwn(t.refusals.rules, rule) ? t.refusals.rules[rule] : undefined;
  return words?.({ limit, time: limit > 0 ? duration(limit) : "", field: field === "" ? "" : isolated(field) }) ?? "";
}

function byField({ code, field = "" }: Refusal): string {
  const speaks = code === Code.BAD_FIELD || code === Code.STORE_UNAVAILABLE || (code === Code.BAD_CREDENTIALS && field === "old");
  return (speaks && Object.hasOwn(t.refusals.fields, field) && t.refusals.fields[field]) || "";
}

// The server says what happened; the words and the hour are this page's.
export function noteWords({ kind, text, code, rule, untilMs }: Note): string {
  const because = text === "" ? "" : ` ${t.because(isolated(text))}`;
  switch (kind) {
    case NoteKind.MUTED:
      return t.youAreMuted(wholeTime(untilMs)) + because;
    case NoteKind.UNMUTED:
      return t.youMayWrite;
    case NoteKind.NOT_SENT:
      return `${t.notSentNote} ${wordsOf({ code, rule })}`;
    case NoteKind.NOT_LET_IN:
      return t.notLetIn + because;
    case NoteKind.KICKED:
      return t.kicked + because;
    case NoteKind.BANNED:
      return t.youAreBanned + because;
    default:
      return text === "" ? wordsOf({ code, rule }) : text;
  }
}
