import type { SearchTexts } from "./search_texts_en";

export const texts: SearchTexts = {
  searchBounds: "按发送者和时间",
  searchWho: "发送者",
  searchSince: "从",
  searchUntil: "到",
  searchNobody: "没有这样名称的成员。",
};
