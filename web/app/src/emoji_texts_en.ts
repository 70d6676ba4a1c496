// What the emoji picker says.

export const texts = {
  emojiFind: "Find an emoji",
  emojiFound: (count: number) => (count === 0 ? "No emoji is called like that." : count === 1 ? "1 found" : `${count} found`),
  emojiRecent: "Chosen last",
  emojiTone: "Tone of skin",
  emojiTones: ["Yellow", "Light", "Medium light", "Medium", "Medium dark", "Dark"] as readonly string[],
};

export type EmojiTexts = typeof texts;
