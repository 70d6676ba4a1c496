import { expect, test } from "vitest";
import { quantile, rate, Sample } from "../src/metrics";

const text = (n: number) => `# HELP a_total What
# TYPE a_total counter
a_total ${n}
b{kind="x y"} 1.5e-05
b{kind="z"} 2
t_seconds_bucket{le="0.001"} ${n}
t_seconds_bucket{le="0.01"} ${2 * n}
t_seconds_bucket{le="+Inf"} ${3 * n}
`;

test("values are found by name, and by label", () => {
  const sample = new Sample(text(7), 0);
  expect(sample.value("a_total")).toBe(7);
  expect(sample.value("absent")).toBe(0);
  expect(sample.labelled("b", "kind")).toEqual(new Map([["x y", 1.5e-5], ["z", 2]]));
});

test("a rate is per second, and nothing after a restart", () => {
  expect(rate(new Sample(text(10), 0), new Sample(text(30), 2000), "a_total")).toBe(10);
  expect(rate(new Sample(text(30), 0), new Sample(text(10), 2000), "a_total")).toBe(0);
  expect(rate(new Sample(text(1), 0), new Sample(text(2), 0), "a_total")).toBe(0);
});

test("a quantile is the bound of its bucket between two samples", () => {
  const [before, after] = [new Sample(text(10), 0), new Sample(text(20), 1000)];
  expect(quantile(before, after, "t_seconds", 0.3)).toBe(0.001);
  expect(quantile(before, after, "t_seconds", 0.5)).toBe(0.01);
  expect(quantile(before, after, "t_seconds", 0.99)).toBe(0.01);
  expect(quantile(before, before, "t_seconds", 0.99)).toBeUndefined();
});
