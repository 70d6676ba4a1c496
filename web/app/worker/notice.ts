// What a push becomes: a notice, and the place that it leads to.

import { excerptText, formatted } from "../src/formatting";

export interface Notice {
  title: string;
  body: string;
  // One for each group of each account, as the page's own notices have it.
  tag: string;
  // Where it leads.
  hash: string;
}

const LETTERS = 160;
const WORDS = {
  en: {
    message: "New message",
    messages: (count: number) => `${count} new messages`,
    more: (count: number) => `${count} more`,
    kinds: { image: "Picture", voice: "Voice message", video: "Video" } as Readonly<Record<string, string>>,
    file: "File",
  },
  zh: {
    message: "新消息",
    messages: (count: number) => `${count} 条新消息`,
    more: (count: number) => `另有 ${count} 条`,
    kinds: { image: "图片", voice: "语音消息", video: "视频" } as Readonly<Record<string, string>>,
    file: "文件",
  },
};

// Of whatever came: a browser must show something.
export function noticeOf(payload: unknown): Notice {
  const told = (typeof payload === "object" && payload !== null ? payload : {}) as Record<string, unknown>;
  const words = told["language"] === "zh" ? WORDS.zh : WORDS.en;
  const gid = id(told["gid"]);
  const seq = id(told["seq"]);
  const count = Math.max(1, id(told["count"]));
  const group = text(told["group"]);
  const sender = text(told["sender"]);
  const said = excerpt(text(told["text"])) || attached(text(told["attachment"]), words);
  const who = group && sender ? `${sender}: ` : "";
  const more = count > 1 ? ` · ${words.more(count - 1)}` : "";
  return {
    title: group || sender || "Stentor",
    body: said ? `${who}${said}${more}` : count > 1 ? words.messages(count) : words.message,
    tag: `stentor.${id(told["uid"])}.${gid}`,
    hash: gid > 0 ? `#/g/${gid}${seq > 0 ? `/${seq}` : ""}` : "",
  };
}

// Spoilers stay hidden, signs of styles are left out.
function excerpt(text: string): string {
  const letters = [...excerptText(formatted([{ text }])).replaceAll(/\s+/g, " ")];
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS).join("")}…` : letters.join("");
}

function attached(kind: string, words: (typeof WORDS)["en"]): string {
  return kind === "" ? "" : (words.kinds[kind] ?? words.file);
}

function id(value: unknown): number {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
