// What the page says, in the browser's language.

const en = {
  title: "Stentor, for its operator",
  key: "Admin key",
  keyHint: "Print it on the server with: stentor token --admin --data FOLDER",
  enter: "Open",
  wrongKey: "This is not the key of this server.",
  noAnswer: "The server does not answer.",
  overview: "Overview",
  users: "Accounts",
  groups: "Groups",
  connections: "Connections",
  sends: "Messages kept, per second",
  frames: "Frames pushed, per second",
  bytes: "Sent to clients, per second",
  commit: "Commit to disk, 99 %",
  turn: "Turn of pushing, 99 %",
  storm: "Storm level, 0 to 3",
  pass: "Push, first watcher to last, 99 %",
  memory: "Memory",
  cpu: "Processor",
  waiting: "Waiting in queues",
  inMemory: "Groups in memory",
  refusals: "Refusals by reason, since the start",
  turnedAway: "Connections turned away, since the start",
  none: "none",
  notReady: "This server takes no new work now.",
  search: "Name begins with",
  find: "Find",
  more: "More",
  number: "Number",
  name: "Name",
  state: "State",
  enabled: "enabled",
  disabled: "disabled",
  disable: "Disable",
  enable: "Enable",
  signOut: "Sign out everywhere",
  erase: "Erase messages",
  password: "New password",
  addUser: "New account",
  kind: "Kind",
  members: "Members",
  entries: "Messages",
  open: "Open",
  back: "Back to groups",
  role: "Role",
  muted: "muted",
  banned: "banned",
  kick: "Kick",
  ban: "Ban",
  unban: "Lift ban",
  mute: "Mute for an hour",
  unmute: "Unmute",
  text: "Text",
  send: "Send as operator",
  announce: "Announcement to everybody",
  recall: "Take back message number",
  slowMode: "Slow mode, seconds",
  deleteGroup: "Delete this group",
  save: "Save",
  done: "Done.",
  reload: "Read settings again",
  sure: (what: string) => `${what}?`,
  sureForGood: (what: string) => `${what}? This cannot be undone.`,
  erased: (count: number, refused: number) => `${count} messages erased.${refused ? ` ${refused} were not: erase again.` : ""}`,
  refused: (what: string) => `Refused: ${what}`,
};

const zh: typeof en = {
  title: "Stentor 管理",
  key: "管理密钥",
  keyHint: "在服务器上打印：stentor token --admin --data 目录",
  enter: "进入",
  wrongKey: "这不是此服务器的密钥。",
  noAnswer: "服务器没有应答。",
  overview: "概览",
  users: "账号",
  groups: "群组",
  connections: "连接",
  sends: "每秒保存的消息",
  frames: "每秒推送的帧",
  bytes: "每秒发给客户端",
  commit: "写盘耗时，99 %",
  turn: "推送轮次耗时，99 %",
  memory: "内存",
  cpu: "处理器",
  storm: "风暴级别，0 至 3",
  pass: "一次推送，首位到末位观看者，99 %",
  waiting: "队列中等待",
  inMemory: "内存中的群组",
  refusals: "按原因的拒绝，自启动以来",
  turnedAway: "被拒绝的连接，自启动以来",
  none: "无",
  notReady: "此服务器现在不接受新的工作。",
  search: "名称开头",
  find: "查找",
  more: "更多",
  number: "编号",
  name: "名称",
  state: "状态",
  enabled: "启用",
  disabled: "停用",
  disable: "停用",
  enable: "启用",
  signOut: "全部退出登录",
  erase: "清除消息",
  password: "新密码",
  addUser: "新建账号",
  kind: "类型",
  members: "成员",
  entries: "消息",
  open: "打开",
  back: "返回群组",
  role: "角色",
  muted: "已禁言",
  banned: "已封禁",
  kick: "移出",
  ban: "封禁",
  unban: "解除封禁",
  mute: "禁言一小时",
  unmute: "解除禁言",
  text: "内容",
  send: "以管理员身份发送",
  announce: "向所有人公告",
  recall: "撤回消息，编号",
  slowMode: "慢速模式，秒",
  deleteGroup: "删除此群组",
  save: "保存",
  done: "完成。",
  reload: "重新读取配置",
  sure: (what) => `${what}？`,
  sureForGood: (what) => `${what}？此操作无法撤销。`,
  erased: (count, refused) => `已清除 ${count} 条消息。${refused ? `${refused} 条未能清除，请再试一次。` : ""}`,
  refused: (what) => `被拒绝：${what}`,
};

const language = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
const chinese = /^zh/i.test(language);

export const t = chinese ? zh : en;
export const pageLanguage = chinese ? "zh" : "en";

const compact = new Intl.NumberFormat(language, { maximumFractionDigits: 1, notation: "compact" });

export function countText(value: number): string {
  return compact.format(value);
}

export function bytesText(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let left = value;
  let place = 0;
  while (left >= 1024 && place < units.length - 1) {
    left /= 1024;
    ++place;
  }
  return `${left.toFixed(left < 10 && place > 0 ? 1 : 0)} ${units[place] ?? ""}`;
}

export function timeText(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  return seconds < 1 ? `≤ ${Number((seconds * 1000).toPrecision(3))} ms` : `≤ ${Number(seconds.toPrecision(3))} s`;
}
