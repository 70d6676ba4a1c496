import { afterEach, beforeEach, expect, test, vi } from "vitest";

const said: string[] = [];
const closers: (() => void)[] = [];
vi.mock("../src/dialog", () => ({
  say: (title: string) => said.push(`say ${title}`),
  sayComing: (closed: () => void) => {
    said.push("coming");
    closers.push(closed);
    return () => said.push("announcement closed");
  },
}));
vi.mock("../src/dom", () => ({ button: () => ({}) }));
vi.mock("../src/texts", () => ({ t: { failed: "failed", partMissing: "", reload: "" } }));

const { late } = await import("../src/late");

beforeEach(() => {
  vi.useFakeTimers();
  said.length = closers.length = 0;
});
afterEach(async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
});

const after = (ms: number, what: string) => () => new Promise<string>((done) => setTimeout(() => done(what), ms));

test("what comes at once is used without a word", async () => {
  late(after(100, "part"), (part) => said.push(part));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toEqual(["part"]);
});

test("what takes longer is announced, and used when it is here", async () => {
  late(after(1_000, "part"), (part) => said.push(part));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(said).toEqual(["coming", "announcement closed", "part"]);
});

test("whoever closes the announcement does not get it", async () => {
  late(after(1_000, "part"), (part) => said.push(part));
  await vi.advanceTimersByTimeAsync(500);
  closers[0]?.();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(said).toEqual(["coming", "announcement closed"]);
});

test("what cannot be had is said, and does not stand in the way of the next", async () => {
  late(() => Promise.reject(new Error("offline")), () => said.push("never"));
  late(after(10, "next"), (part) => said.push(part));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toEqual(["say failed", "next"]);
});

test("what never comes does not hold back the next for long", async () => {
  late(after(50_000, "never"), (part) => said.push(part));
  late(after(10, "next"), (part) => said.push(part));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(said).toContain("next");
});
