// What counts as unread.

import { EntryKind, type Entry } from "./codec";

// Counts of unread entries go up to here, which stands for as many or more.
export const UNREAD_MANY = 100;

export function countsAsUnread(entry: Entry, uid: number): boolean {
  return entry.kind === EntryKind.POST && !entry.recalled && entry.sender !== uid;
}
