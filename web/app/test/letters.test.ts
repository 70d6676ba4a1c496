import { expect, test } from "vitest";
import { initials } from "../src/letters";

test.each([
  ["Ann", "An"], ["ann", "An"], ["Amy Lee", "AL"], ["Book club", "BC"], ["Harbour festival, crew", "HC"], ["O'Neill", "On"],
  ["王小明", "王"], ["读书会", "读"], ["Ёлка", "Ёл"], ["A", "A"], ["🦊 Fox", "Fo"], ["🦊", "🦊"], ["  ", "·"], ["", "·"], ["Ann 王", "A"],
])("the picture of “%s” has “%s”", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
