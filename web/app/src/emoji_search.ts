// Emoji by what they are called.

export type Emoji = readonly [sign: string, label: string, tags: string, toned: 0 | 1];

export interface EmojiGroup {
  name: string;
  emoji: readonly Emoji[];
}

const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];
export const TONES_MAX = TONES.length - 1;

// Those that fit best first, else in their order: called so, called beginning so, a word of it, about it, has it in it.
export function emojiFound(groups: readonly EmojiGroup[], words: string, most: number): Emoji[] {
  const wanted = words.trim().toLowerCase().replace(/^:|:$/g, "").replaceAll("_", " ");
  if (wanted === "") return [];
  const found: { emoji: Emoji; rank: number }[] = [];
  for (const { emoji: all } of groups) {
    for (const emoji of all) {
      const rank = rankOf(emoji, wanted);
      if (rank !== undefined) found.push({ emoji, rank });
    }
  }
  return found.toSorted((a, b) => a.rank - b.rank).slice(0, most).map(({ emoji }) => emoji);
}

function rankOf([sign, label, tags]: Emoji, wanted: string): number | undefined {
  const name = label.toLowerCase();
  if (name === wanted || sign === wanted) return 0;
  const about = ` ${tags.toLowerCase()}`;
  if (`${about} `.includes(` ${wanted} `)) return 1;
  if (name.startsWith(wanted)) return 2;
  if (` ${name}`.includes(` ${wanted}`)) return 3;
  if (about.includes(` ${wanted}`)) return 4;
  return name.includes(wanted) || about.includes(wanted) ? 5 : undefined;
}

// `tone`: 0, the yellow one, to TONES_MAX, the darkest.
export function inTone([sign, , , toned]: Emoji, tone: number): string {
  const first = String.fromCodePoint(sign.codePointAt(0) ?? 0);
  return toned === 1 && tone > 0 ? first + (TONES[tone] ?? "") + sign.slice(first.length).replace(/^\uFE0F/, "") : sign;
}
