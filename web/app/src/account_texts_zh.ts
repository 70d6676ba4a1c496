import type { AccountTexts } from "./account_texts_en";

export const texts: AccountTexts = {
  sessions: "已登录的设备",
  sessionHere: "本设备",
  sessionSince: (time) => `自 ${time}`,
  sessionEnd: "让它退出",
  sessionsNone: "暂时无法读取列表。",
  signOutEverywhere: "在所有设备上退出",
  signOutEverywhereAsk: "您的每台设备都需要重新登录。",
  changePassword: "修改密码",
  passwordOld: "当前密码",
  passwordNew: "新密码",
  passwordChanged: "密码已修改，您的其他设备均已退出登录。",
};
