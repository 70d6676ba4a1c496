// What is said where one goes to a place in a group, or brings something from it to another.

import { spoken } from "./language";
import { t as always } from "./texts";

export const t = { ...always, ...(await spoken(() => import("./finding_texts_en"), () => import("./finding_texts_zh"))) };
