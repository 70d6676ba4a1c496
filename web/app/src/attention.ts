// That something is unread, where it is seen while another page is in front: in the title, on the icon of the tab and
// on that of an installed page. Not drawn by a frame of the browser: a hidden page gets none.

import { countOf } from "./count";

const ICON = "/icon.svg";
const ICON_UNREAD = "/icon_unread.svg";

interface Badging {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

export class Attention {
  #shown = "";

  // `calls`: how many of them are meant for this reader in person.
  show(unread: number, calls: number): void {
    const says = unread > 0 ? countOf(unread) : "";
    const looks = `${calls > 0 ? "@" : ""}${calls > 0 && says ? " " : ""}${says}`;
    if (looks === this.#shown) return;
    this.#shown = looks;
    document.title = looks === "" ? "Stentor" : `(${looks}) Stentor`;
    document.querySelector('link[rel="icon"]')?.setAttribute("href", looks === "" ? ICON : ICON_UNREAD);
    const { setAppBadge, clearAppBadge } = navigator as Badging;
    // Refused where the page is not installed: that is all right.
    const told = looks === "" ? clearAppBadge?.call(navigator) : setAppBadge?.call(navigator, Math.max(unread, calls));
    told?.catch(() => {});
  }

  end(): void {
    this.show(0, 0);
  }
}
