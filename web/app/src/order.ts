// Lists whose rows come, go and change places without their nodes being made again: what is pressed, has
// the focus or is being read stays the same node.

// The children are then those that are wanted, in that order. Only what stands wrong is moved.
export function arrange(list: Element, wanted: readonly Element[]): void {
  const stays = new Set(wanted);
  for (const child of Array.from(list.children)) if (!stays.has(child)) child.remove();
  let next = list.firstElementChild;
  for (const node of wanted) {
    // One that went down: it is put where it belongs when its turn comes, and those after it stay.
    if (next && next !== node && next.nextElementSibling === node) {
      move(list, next, null);
      next = node;
    }
    if (node === next) next = next.nextElementSibling;
    else move(list, node, next);
  }
}

// A focus within it stays, too.
function move(list: Element, node: Element, before: Element | null): void {
  if (node.parentNode === list && "moveBefore" in list) return list.moveBefore(node, before);
  const focused = document.activeElement;
  list.insertBefore(node, before);
  if (focused instanceof HTMLElement && node.contains(focused)) focused.focus({ preventScroll: true });
}

// As they stood, as long as somebody points at them: what was not there before comes last, what is gone is
// left out.
export function steadied<Item>(items: readonly Item[], keyOf: (item: Item) => number, shown: readonly number[]): Item[] {
  const places = new Map(shown.map((key, place) => [key, place]));
  const placeOf = (item: Item) => places.get(keyOf(item)) ?? shown.length;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b));
}
