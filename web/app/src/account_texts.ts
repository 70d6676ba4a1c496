// What the account's dialogs say. They come with the parts of the page that say them.

import { spoken } from "./language";
import { t as always } from "./texts";

export const t = { ...always, ...(await spoken(() => import("./account_texts_en"), () => import("./account_texts_zh"))) };
