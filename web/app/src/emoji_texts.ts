// What the emoji picker says, and the emoji themselves: both in the language of the page, and only in that.

import { spoken } from "./language";
import { t as always } from "./texts";

export const t = { ...always, ...(await spoken(() => import("./emoji_texts_en"), () => import("./emoji_texts_zh"))) };
export const groups = await spoken(() => import("../gen/emoji_en"), () => import("../gen/emoji_zh"));
