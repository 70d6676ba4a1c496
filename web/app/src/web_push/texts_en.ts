// What is said of pushes, in English.

export const texts = {
  pushTitle: "Notices while Stentor is closed",
  pushText: "Mentions, answers, direct messages, and every message where you asked for all. They go through this browser's push service, encrypted.",
  pushSwitch: "Tell me on this device",
  pushWords: "Show what was written",
  pushWaits: "One moment…",
  pushIsOn: "You are told on this device.",
  pushIsOff: "You are not told on this device.",
  pushDenied: "This browser does not allow notices for this page; you can change that in its settings.",
  pushUnable: "This browser cannot do that for this page: it needs https, and on some phones the page on the home screen.",
  pushNoService: "The browser's push service did not answer.",
  pushServerOff: "This server sends none.",
};

export type PushTexts = typeof texts;
