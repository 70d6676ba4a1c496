// What this browser keeps beside the account: how the page looks, what somebody likes. A browser that keeps nothing,
// or has no room, takes nothing from the page: a choice then holds as long as the page is open.

export const browserStorage: Pick<Storage, "getItem" | "setItem" | "removeItem"> = {
  getItem: (key) => tried(() => localStorage.getItem(key)) ?? null,
  setItem: (key, value) => tried(() => localStorage.setItem(key, value)),
  removeItem: (key) => tried(() => localStorage.removeItem(key)),
};

function tried<What>(what: () => What): What | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
