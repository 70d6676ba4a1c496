// What the search says.

import { t as group } from "./group_texts";
import { spoken } from "./language";

export const t = { ...group, ...(await spoken(() => import("./search_texts_en"), () => import("./search_texts_zh"))) };
