import { expect, test } from "vitest";
import { UnreadLine } from "../src/unread_line";

const reader = (shown: number, unread: number) => ({ shown, unread: () => unread });

test("it stands behind the last entry that was seen, however far back that is", () => {
  const line = new UnreadLine();
  line.draw(reader(400, 100), 0);
  expect([line.after, line.count, line.key]).toEqual([400, 100, "n401"]);
});

test("a newcomer, who has read nothing, has no line; nor has who has read everything", () => {
  const line = new UnreadLine();
  line.draw(reader(0, 100), 0);
  line.draw(reader(50, 3), 50);
  line.draw(reader(60, 0), 50);
  expect(line.after).toBe(0);
});
