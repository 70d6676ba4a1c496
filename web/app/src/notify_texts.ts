// What is said where somebody chooses what they are told of a group.

import { spoken } from "./language";
import { t as always } from "./texts";

export const t = { ...always, ...(await spoken(() => import("./notify_texts_en"), () => import("./notify_texts_zh"))) };
