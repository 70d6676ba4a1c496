// What is said of one's own account. It comes with the parts of the page that say it.

import { t as always } from "../account_texts";
import { spoken } from "../language";

export const t = { ...always, ...(await spoken(() => import("./texts_en"), () => import("./texts_zh"))) };
