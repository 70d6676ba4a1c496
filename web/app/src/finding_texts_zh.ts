import type { FindingTexts } from "./finding_texts_en";

export const texts: FindingTexts = {
  goToTitle: "跳转到",
  goToDate: "某一天的第一条消息",
  goToNumber: "消息编号",
  goToBad: (first, last) => `这里有编号 ${first} 到 ${last} 的消息。`,
  goToNone: "没有你能看到的消息。",
  goToUnread: "第一条未读",
  goToBeginning: "开头",
  go: "跳转",
  notThere: "无法显示这条消息",
  notThereBefore: "它在你加入之前，或已不再保留。",
  notThereYet: "该群组中没有这个编号的消息。",
  forwardTitle: "转发到",
  forwardNone: "没有这样名称的群组。",
  forwardFind: "查找群组",
};
