// What is said of pushes.

import { spoken } from "../language";
import { t as always } from "../texts";

export const t = { ...always, ...(await spoken(() => import("./texts_en"), () => import("./texts_zh"))) };
