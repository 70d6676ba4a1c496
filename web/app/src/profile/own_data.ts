// All that is one's own, page by page from the server, as one file.

import { isRefusal, type Account, type ApiRefusal } from "../account";
import { button, el, setText } from "../dom";
import { refusalWords } from "../sign_in";
import { ownPage } from "./requests";
import { t } from "./texts";

const AGAIN_MS = 1_000;

export function ownDataSection(account: Account): HTMLElement {
  const says = el("p", { class: "hint", role: "status" });
  const error = el("p", { class: "error", role: "alert" });
  const download = button(t.download, () => {
    download.disabled = true;
    setText(error, "");
    void gather(account, (count) => setText(says, t.downloading(count))).then((own) => {
      download.disabled = false;
      if (isRefusal(own)) return setText(error, refusalWords(own));
      setText(says, t.downloaded(own.entries.length));
      return save(`stentor-${account.name}.json`, JSON.stringify(own, undefined, 2));
    });
  });
  return el("section", { class: "own-data" }, el("h3", {}, t.ownData), el("p", {}, t.ownDataText), says, error, download);
}

interface Own {
  entries: unknown[];
  groups: unknown[];
  [field: string]: unknown;
}

async function gather(account: Account, came: (entries: number) => void): Promise<Own | ApiRefusal> {
  const own: Own = { entries: [], groups: [] };
  let place = { gid: 0, seq: 0 };
  for (;;) {
    const page = await ownPage(account, place);
    if (isRefusal(page)) {
      // So many pages at once are more than one address may ask for.
      if (page.retryAfterMs === 0 || page.number >= 300) return page;
      await new Promise((later) => setTimeout(later, Math.max(AGAIN_MS, page.retryAfterMs)));
      continue;
    }
    const { entries, groups, next, ...about } = page;
    Object.assign(own, about);
    own.entries.push(...entries);
    own.groups.push(...groups);
    came(own.entries.length);
    if (!next) return own;
    place = next;
  }
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), AGAIN_MS);
}
