// Parts of the page that come when they are wanted: from the browser's cache at once, else over the network.
// Nobody presses a button and sees nothing: what takes longer is announced, and what cannot be had is said.

import { say, sayComing } from "./dialog";
import { button } from "./dom";
import { t } from "./texts";

const ANNOUNCED_AFTER_MS = 250;

// One after the other: Safari gives a module out twice when two ask for it while it still waits for its texts. But
// nobody waits for long behind something that a bad line does not let come.
const TURN_MS = 3_000;
let turn: Promise<unknown> = Promise.resolve();

// Whoever closes the announcement does not want it any more.
export function late<Part>(load: () => Promise<Part>, use: (part: Part) => void): void {
  let wanted = true;
  let announced: (() => void) | undefined;
  const timer = setTimeout(() => {
    announced = sayComing(() => (wanted = false));
  }, ANNOUNCED_AFTER_MS);
  const ended = () => {
    clearTimeout(timer);
    const still = wanted;
    announced?.();
    return still;
  };
  const longEnough = new Promise((over) => setTimeout(over, TURN_MS));
  turn = Promise.race([turn, longEnough]).then(load).then((part) => {
    if (ended()) use(part);
  }, () => {
    if (ended()) say(t.failed, t.partMissing, { class: "error", role: "alert" }, [button(t.reload, () => location.reload())]);
  });
}
