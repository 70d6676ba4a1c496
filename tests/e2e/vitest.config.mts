import { defineConfig } from "vitest/config";

// One file after the other: each starts a server of its own, and two browsers share a small machine badly.
export default defineConfig({
  test: { include: ["*.test.ts"], fileParallelism: false, testTimeout: 90_000, hookTimeout: 60_000 },
});
