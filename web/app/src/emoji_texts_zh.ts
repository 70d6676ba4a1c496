import type { EmojiTexts } from "./emoji_texts_en";

export const texts: EmojiTexts = {
  emojiFind: "查找表情",
  emojiFound: (count: number) => (count === 0 ? "没有这样的表情。" : `找到 ${count} 个`),
  emojiRecent: "最近使用",
  emojiTone: "肤色",
  emojiTones: ["黄色", "浅色", "中浅色", "中等", "中深色", "深色"],
};
