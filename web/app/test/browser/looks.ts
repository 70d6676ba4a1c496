// What of the timeline is in view, and what of that has moved.

export interface Seen {
  seq: number;
  top: number;
  height: number;
}

export interface Look {
  // From top to bottom.
  rows: Seen[];
  nodes: number;
  follows: boolean;
  top: number;
  below: number;
}

export function look(frame: HTMLElement): Look {
  const scroller = frame.querySelector<HTMLElement>(".scroller");
  if (!scroller) throw new Error("no timeline");
  const edge = scroller.getBoundingClientRect();
  const rows: Seen[] = [];
  for (const node of scroller.querySelectorAll<HTMLElement>("[data-seq]")) {
    const { top, height, bottom } = node.getBoundingClientRect();
    if (top >= edge.bottom) break;
    if (bottom > edge.top) rows.push({ seq: Number(node.dataset["seq"]), top: top - edge.top, height });
  }
  const { scrollTop, scrollHeight, clientHeight } = scroller;
  const below = scrollHeight - clientHeight - scrollTop;
  // Who has just scrolled up does not follow, though the page has not heard of it yet.
  const follows = frame.querySelector<HTMLElement>(".jump")?.hidden === true && below <= 2;
  return { rows, nodes: scroller.querySelectorAll(".rows > *").length, follows, top: scrollTop, below };
}

// Of rows that stand together and have the height that they had, none may have moved by more than a pixel; where
// every one of them has another height, as after a resize, the first that begins in view.
export function differences(before: Look, after: Look): string[] {
  const now = new Map(after.rows.map((row) => [row.seq, row]));
  const sameAs = ({ seq, height }: Seen) => Math.abs((now.get(seq)?.height ?? -1) - height) < 0.5;
  const first = before.rows.findIndex(sameAs);
  if (first < 0) {
    const whole = before.rows.find(({ top, seq }) => top > -1 && now.has(seq));
    if (whole) return moved(whole, now, after);
    return before.rows.length > 0 && after.rows.length > 0 && !before.rows.some(({ seq }) => now.has(seq)) ? [`${before.rows[0]?.seq} was seen, now ${after.rows[0]?.seq} is`] : [];
  }
  const end = before.rows.findIndex((row, i) => i > first && !sameAs(row));
  return before.rows.slice(first, end < 0 ? undefined : end).flatMap((row) => moved(row, now, after));
}

function moved({ seq, top }: Seen, now: ReadonlyMap<number, Seen>, { top: scrolled, below }: Look): string[] {
  const by = (now.get(seq)?.top ?? top) - top;
  // At an end of what there is nothing can be done about it.
  if ((by > 0 && below <= 1) || (by < 0 && scrolled === 0)) return [];
  return Math.abs(by) > 1 ? [`#${seq} has moved by ${Math.round(by)} px`] : [];
}
