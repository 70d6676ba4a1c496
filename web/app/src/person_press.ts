// Whom and what somebody points at in the timeline: a press on a picture or a name is about the person, and
// the other button, a long press or the menu key about the message or the person under it.

const LONG_PRESS_MS = 550;
const MOVED_PX = 10;

type ToPerson = (uid: number) => void;
type ToMessage = (seq: number, anchor: HTMLElement) => void;

export function pointedAt(element: HTMLElement, toPerson: ToPerson, toMessage: ToMessage): void {
  element.addEventListener("click", (event) => {
    const uid = personAt(event.target);
    if (uid !== undefined) toPerson(uid);
  });
  element.addEventListener("contextmenu", (event) => {
    if (tell(event.target, toPerson, toMessage)) event.preventDefault();
  });
  longPress(element, (target) => tell(target, toPerson, toMessage));
}

// Where text is chosen, a link or a field is meant, the browser's own menu is wanted.
function tell(target: EventTarget | null, toPerson: ToPerson, toMessage: ToMessage): boolean {
  if (!(target instanceof Element) || target.closest("a, input, textarea, button") || !(getSelection()?.isCollapsed ?? true)) return false;
  const uid = personAt(target);
  if (uid !== undefined) {
    toPerson(uid);
    return true;
  }
  const row = target.closest<HTMLElement>(".row[data-seq]");
  if (!row) return false;
  toMessage(Number(row.dataset["seq"]), row.querySelector<HTMLElement>(".more") ?? row);
  return true;
}

function personAt(target: EventTarget | null): number | undefined {
  const person = target instanceof Element ? target.closest<HTMLElement>("[data-person]") : null;
  return person ? Number(person.dataset["person"]) : undefined;
}

// Safari on a phone tells of a long press by nothing but time; browsers that do tell are not told twice.
function longPress(element: HTMLElement, pressed: (target: EventTarget | null) => boolean): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = { x: 0, y: 0 };
  const end = () => clearTimeout(timer);
  element.addEventListener("pointerdown", ({ pointerType, isPrimary, clientX, clientY, target }) => {
    end();
    if (pointerType !== "touch" || !isPrimary) return;
    at = { x: clientX, y: clientY };
    timer = setTimeout(() => {
      if (pressed(target)) swallowClick();
    }, LONG_PRESS_MS);
  }, { passive: true });
  element.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (Math.hypot(clientX - at.x, clientY - at.y) > MOVED_PX) end();
  }, { passive: true });
  for (const type of ["pointerup", "pointercancel", "contextmenu"]) element.addEventListener(type, end, { passive: true });
}

// The finger is still down: the click that lifting it makes is none.
function swallowClick(): void {
  const done = new AbortController();
  const stop = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    done.abort();
  };
  document.addEventListener("click", stop, { capture: true, signal: done.signal });
  document.addEventListener("pointerdown", () => done.abort(), { capture: true, signal: done.signal });
}

// A name or picture that leads to its person.
export function person(uid: number, node: HTMLElement): HTMLElement {
  if (uid > 0) node.dataset["person"] = String(uid);
  return node;
}
