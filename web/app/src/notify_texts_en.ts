// What is said where somebody chooses what they are told of a group.

export const texts = {
  notifyTitle: "What you are told of this group",
  notifyLevels: { all: "Every message", calls: "Mentions of you and answers to you", none: "Nothing" },
  notifyFor: "For",
  notifyTimes: ["Until I change it", "1 hour", "8 hours", "7 days"] as readonly string[],
  notifyUntil: (time: string) => `Until ${time}; then every message again.`,
  notifyHere: "Notices of this browser, while the page is hidden",
  notifyAllow: "Allow notices on this device",
  notifyAllowed: "They are allowed on this device.",
  notifyDenied: "This browser does not allow them for this page; you can change that in its settings.",
  notifyUnable: "This browser has no notices for this page: it needs https.",
};

export type NotifyTexts = typeof texts;
