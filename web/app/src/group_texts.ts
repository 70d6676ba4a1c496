// What the dialogs and menus of a group say. They come with the parts of the page that say them.

import { spoken } from "./language";
import { t as always } from "./texts";

export const t = { ...always, ...(await spoken(() => import("./group_texts_en"), () => import("./group_texts_zh"))) };
