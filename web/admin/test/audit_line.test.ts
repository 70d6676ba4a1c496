import { expect, test } from "vitest";
import { auditLine } from "../src/audit_line";

test("a change says what was before and what is after", () => {
  const line = auditLine({
    actor: { kind: "user", uid: 7 },
    action: "member.role",
    object: { gid: 9, uid: 8 },
    before: { role: "member" },
    after: { role: "admin" },
  });
  expect(line).toEqual({ actor: "user 7", address: "", action: "member.role", object: "gid 9, uid 8", change: "role member → role admin", result: "done" });
});

test("what was asked stands in for what came of it", () => {
  expect(auditLine({ asked: { minutes: 5 }, result: "NOT_FOUND" })).toMatchObject({ change: "minutes 5", result: "NOT_FOUND" });
});

test("an operator who gave their name is called by it", () => {
  expect(auditLine({ actor: { kind: "operator", name: "Maria" } }).actor).toBe("Maria (operator)");
  expect(auditLine({ actor: { kind: "operator", name: "maria", own_key: true } }).actor).toBe("maria ✓ (operator)");
  expect(auditLine({ actor: { kind: "operator" } }).actor).toBe("operator");
  expect(auditLine({ actor: { kind: "key", id: "ab12" } }).actor).toBe("key ab12");
});

test("a row that cannot be read is shown as it is", () => {
  expect(auditLine("damaged").action).toBe("damaged");
});
