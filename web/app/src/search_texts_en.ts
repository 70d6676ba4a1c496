// What the search says.

export const texts = {
  searchBounds: "By whom and when",
  searchWho: "Written by",
  searchSince: "Since",
  searchUntil: "Until",
  searchNobody: "No member is called like that.",
};

export type SearchTexts = typeof texts;
