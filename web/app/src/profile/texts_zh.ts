import type { ProfileTexts } from "./texts_en";

export const texts: ProfileTexts = {
  looks: "外观与语言",
  theme: "颜色",
  themes: ["跟随系统", "浅色", "深色"],
  textSize: "文字大小",
  textSizes: ["小", "标准", "大", "特大"],
  language: "语言",
  languages: ["跟随浏览器", "English", "中文"],

  profile: "您的名字与头像",
  ownName: "名字（登录时也用它）",
  nameSaved: "名字已更改。",
  pictureChoose: "选择头像",
  pictureRemove: "移除头像",
  pictureSaved: "头像已更改。",
  pictureGone: "已恢复为字母头像。",
  pictureUnread: "浏览器无法读取该图片。",

  ownData: "您的数据",
  ownDataText: "一个文件,包含您的账号、登录位置、您的群以及您写过的所有内容。",
  download: "下载您的数据",
  downloading: (count) => `目前 ${count} 条消息…`,
  downloaded: (count) => `文件已就绪:${count} 条消息。`,

  erase: "删除账号…",
  eraseTitle: "删除您的账号",
  eraseText: [
    "您会在所有设备上退出,并且无法再登录。此操作无法撤销。",
    "您写过的内容会对所有人撤回,您的表情回应也一样,群聊和私聊都是如此。",
    "您会离开所有群。您拥有的群会交给在群里最久的管理员,没有管理员则交给最久的成员;没有其他人的群会被关闭。",
    "您的名字可以被他人使用。消息的编号和时间会保留,但没有文字和名字。",
  ],
  erasePassword: "您的密码,以确认是您本人",
  eraseSure: "永久删除",
  erased: "您的账号已删除。您写过的内容会在接下来的几分钟内消失。",
};
