// The switch for what is told while no page is open.

import { keptAccount, type Account } from "../account";
import { el, setText } from "../dom";
import { refusalWords } from "../sign_in";
import { isAble, keptChoice, serverKey, turnOff, turnOn, type Trouble } from "./subscribe";
import { t } from "./texts";

export function pushSection(signedIn: Account): HTMLElement {
  // A changed password has another token.
  const account = () => keptAccount() ?? signedIn;
  const on = el("input", { type: "checkbox", id: "push-on", checked: keptChoice(signedIn.uid) !== undefined });
  const words = el("input", { type: "checkbox", id: "push-words", checked: keptChoice(signedIn.uid)?.words ?? true });
  const says = el("p", { class: "hint", role: "status" });
  const change = (work: () => Promise<Trouble | undefined>) => {
    on.disabled = words.disabled = true;
    setText(says, t.pushWaits);
    void work().then((trouble) => {
      on.checked = keptChoice(signedIn.uid) !== undefined;
      on.disabled = false;
      words.disabled = !on.checked;
      setText(says, trouble === undefined ? (on.checked ? t.pushIsOn : t.pushIsOff) : troubleWords(trouble));
    });
  };
  on.addEventListener("change", () => change(() => (on.checked ? turnOn(account(), words.checked) : turnOff(account()))));
  words.addEventListener("change", () => change(() => turnOn(account(), words.checked)));
  words.disabled = !on.checked;
  void serverKey(signedIn).then((key) => {
    if (key === undefined) unable(t.pushServerOff);
  });
  const unable = (why: string) => {
    on.disabled = words.disabled = true;
    setText(says, why);
  };
  if (!isAble()) unable(t.pushUnable);
  return el("section", { class: "looks", "aria-label": t.pushTitle },
    el("h3", {}, t.pushTitle), el("p", { class: "hint" }, t.pushText),
    el("label", { class: "check" }, on, t.pushSwitch), el("label", { class: "check" }, words, t.pushWords), says);
}

function troubleWords(trouble: Trouble): string {
  switch (trouble) {
    case "denied": return t.pushDenied;
    case "unable": return t.pushUnable;
    case "no service": return t.pushNoService;
    case "off": return t.pushServerOff;
    default: return refusalWords(trouble);
  }
}
