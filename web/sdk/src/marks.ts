// What belongs to entries without being in the log: sums of reactions and of who has read, notes that
// only I see, and what I hid for myself.

import type { EventValue } from "./codec";

export type Tally = EventValue<"tallies">["tallies"][number];
// One kind of reaction to an entry, how many gave it, and whether I am one of them.
export type Reaction = Tally["reactions"][number];
// What only I see, after entry `anchorSeq`: what was done to me, a word of an admin.
export type Note = EventValue<"range">["notes"][number];

interface Marked {
  tallies: readonly Tally[];
  notes?: readonly Note[];
  hidden?: readonly number[];
}

// A reaction that I have set or removed, and that no tally is known to hold yet.
interface Wish {
  on: boolean;
  done: boolean;
}

export class Marks {
  // Seqs of entries that I hid; not to be changed by the reader.
  readonly hidden = new Set<number>();
  readonly #tallies = new Map<number, Tally>();
  readonly #notes = new Map<number, Note>();
  readonly #anchors = new Map<number, Note[]>();
  readonly #wishes = new Map<number, Map<string, Wish>>();

  forget(): void {
    this.hidden.clear();
    this.#tallies.clear();
    this.#notes.clear();
    this.#anchors.clear();
    this.#wishes.clear();
  }

  // Of a page from `from` to `to`: made for me, and whole.
  page({ tallies, notes, hidden }: Marked, from: number, to: number): void {
    const told = new Map(tallies.map((tally) => [tally.seq, tally]));
    for (let seq = from; seq <= to; ++seq) if (!told.has(seq)) this.#tallies.delete(seq);
    for (const [seq, tally] of told) {
      this.#tallies.set(seq, tally);
      this.#granted(seq);
    }
    for (const note of notes ?? []) this.note(note);
    for (const seq of hidden ?? []) this.hidden.add(seq);
  }

  // As everybody gets them: which reactions are mine is not said, but known here.
  pushed(tallies: readonly Tally[]): void {
    for (const { seq, readBy, reactions } of tallies) {
      const before = this.#tallies.get(seq)?.reactions ?? [];
      const wishes = this.#wishes.get(seq);
      const mine = (emoji: string) => {
        const wish = wishes?.get(emoji);
        return wish?.done ? wish.on : before.some((one) => one.emoji === emoji && one.mine);
      };
      this.#tallies.set(seq, { seq, readBy, reactions: reactions.map(({ emoji, count }) => ({ emoji, count, mine: mine(emoji) })) });
      this.#granted(seq);
    }
  }

  // Another device of mine has set or removed it, or this one has and hears of itself. Whether the sum told
  // last has it is not known: the next one does.
  reactedElsewhere(seq: number, emoji: string, on: boolean): void {
    if (this.#wishes.get(seq)?.get(emoji)?.on === on) return;
    const tally = this.#tallies.get(seq);
    this.#wishes.get(seq)?.delete(emoji);
    const told = tally?.reactions ?? [];
    const known = told.some((one) => one.emoji === emoji);
    const reactions = told.map((one) => (one.emoji === emoji ? { emoji, count: one.count, mine: on } : one));
    if (on && !known) reactions.push({ ...NO_REACTION, emoji, count: 1, mine: true });
    if (on || known) this.#tallies.set(seq, { seq, readBy: tally?.readBy ?? 0, reactions });
  }

  // What lies outside of the entries that are held comes again with their page.
  keepOnly(from: number, to: number): void {
    for (const seq of this.#tallies.keys()) if (seq < from || seq > to) this.#tallies.delete(seq);
    for (const [anchor, notes] of this.#anchors) {
      if (anchor >= from - 1 && anchor <= to) continue;
      this.#anchors.delete(anchor);
      for (const { noteId } of notes) this.#notes.delete(noteId);
    }
  }

  // Of entries that are gone for good. Notes stay: one at or below the floor stands before the first entry.
  drop(floor: number): void {
    for (const held of [this.#tallies, this.#wishes, this.hidden]) {
      for (const seq of held.keys()) if (seq <= floor) held.delete(seq);
    }
  }

  note(note: Note): void {
    if (this.#notes.has(note.noteId)) return;
    this.#notes.set(note.noteId, note);
    const notes = [...(this.#anchors.get(note.anchorSeq) ?? []), note];
    this.#anchors.set(note.anchorSeq, notes.toSorted((a, b) => a.noteId - b.noteId));
  }

  // How many notes are held.
  get noted(): number {
    return this.#notes.size;
  }

  // All that is known of these entries.
  between(from: number, to: number): { tallies: Tally[]; notes: Note[]; hidden: number[] } {
    const within = (seq: number) => seq >= from && seq <= to;
    return {
      tallies: [...this.#tallies.values()].filter(({ seq }) => within(seq)),
      notes: [...this.#notes.values()].filter(({ anchorSeq }) => within(anchorSeq) || anchorSeq === from - 1),
      hidden: [...this.hidden].filter((seq) => within(seq)),
    };
  }

  // Shown after this entry, in the order in which they were written.
  notesAfter(seq: number): readonly Note[] {
    return this.#anchors.get(seq) ?? [];
  }

  // How many others have read it.
  readBy(seq: number): number {
    return this.#tallies.get(seq)?.readBy ?? 0;
  }

  // As far as the last tally and my own wishes say.
  reactions(seq: number): readonly Reaction[] {
    const told = this.#tallies.get(seq)?.reactions ?? [];
    const wishes = this.#wishes.get(seq);
    if (!wishes) return told;
    const reactions = told.map((one) => {
      const wish = wishes.get(one.emoji);
      if (!wish || wish.on === one.mine) return one;
      return { ...one, mine: wish.on, count: one.count + (wish.on ? 1 : -1) };
    });
    for (const [emoji, { on }] of wishes) {
      if (on && !told.some((one) => one.emoji === emoji)) reactions.push({ ...NO_REACTION, emoji, count: 1, mine: true });
    }
    return reactions.filter(({ count }) => count > 0);
  }

  wish(seq: number, emoji: string, on: boolean): void {
    const wishes = this.#wishes.get(seq) ?? new Map<string, Wish>();
    wishes.set(emoji, { on, done: false });
    this.#wishes.set(seq, wishes);
  }

  // The server has taken it; the next tally holds it.
  wishDone(seq: number, emoji: string, on: boolean): void {
    const wish = this.#wishes.get(seq)?.get(emoji);
    if (wish?.on === on) wish.done = true;
  }

  wishFailed(seq: number, emoji: string): void {
    this.#wishes.get(seq)?.delete(emoji);
  }

  #granted(seq: number): void {
    const wishes = this.#wishes.get(seq);
    if (!wishes) return;
    for (const [emoji, { done }] of wishes) if (done) wishes.delete(emoji);
    if (wishes.size === 0) this.#wishes.delete(seq);
  }
}

const NO_REACTION = { count: 0, mine: false };
