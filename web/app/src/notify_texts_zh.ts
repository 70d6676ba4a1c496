import type { NotifyTexts } from "./notify_texts_en";

export const texts: NotifyTexts = {
  notifyTitle: "此群组的通知",
  notifyLevels: { all: "所有消息", calls: "提到我或回复我的消息", none: "不通知" },
  notifyFor: "持续",
  notifyTimes: ["直到我更改", "1 小时", "8 小时", "7 天"],
  notifyUntil: (time) => `直到 ${time}，之后恢复通知所有消息。`,
  notifyHere: "页面隐藏时浏览器的通知",
  notifyAllow: "允许本设备的通知",
  notifyAllowed: "本设备已允许通知。",
  notifyDenied: "浏览器不允许此页面发送通知，你可以在浏览器设置中更改。",
  notifyUnable: "浏览器无法为此页面发送通知：需要 https。",
};
