import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

test("docs/sdk.md says what the types and their comments say: else node web/sdk/api_page.mjs", () => {
  const { stdout, stderr } = spawnSync(process.execPath, [path("../api_page.mjs"), "--print"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toBe(readFileSync(path("../../../docs/sdk.md"), "utf8"));
}, 60_000);
