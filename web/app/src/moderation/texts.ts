// What is said of people and of moderating. It comes with the parts of the page that say it.

import { spoken } from "../language";
import { t as always } from "../group_texts";

export const t = { ...always, ...(await spoken(() => import("./texts_en"), () => import("./texts_zh"))) };
