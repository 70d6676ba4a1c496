import type { PushTexts } from "./texts_en";

export const texts: PushTexts = {
  pushTitle: "Stentor 关闭时的通知",
  pushText: "提到你、回复你和私聊的消息，以及你要求全部通知的群组里的每条消息。通知经浏览器的推送服务加密送达。",
  pushSwitch: "在本设备上通知我",
  pushWords: "显示消息内容",
  pushWaits: "请稍候…",
  pushIsOn: "本设备会收到通知。",
  pushIsOff: "本设备不会收到通知。",
  pushDenied: "浏览器不允许此页面发送通知，你可以在浏览器设置中更改。",
  pushUnable: "浏览器无法为此页面推送：需要 https，在某些手机上还需把页面添加到主屏幕。",
  pushNoService: "浏览器的推送服务没有回应。",
  pushServerOff: "此服务器不发送推送通知。",
};
