import { expect, test } from "vitest";
import { labelsOf, medianAt } from "../../src/console/fans/pauses";

const bars = (count: number, width: number, isOpen = false) => [
  ...Array.from({ length: count }, (_, index) => ({ from_days: index * width, to_days: (index + 1) * width - 1, pauses: 1 })),
  ...(isOpen ? [{ from_days: count * width, to_days: null, pauses: 1 }] : []),
];
const of = (median_days: number | null, its: ReturnType<typeof bars>) => ({ pauses: its.length, quarter_days: 0, median_days, three_quarters_days: 0, bars: its });

test("the median stands in the middle of its day, within the chart however long it is", () => {
  expect(medianAt(of(null, []))).toBeNull();
  expect(medianAt(of(0, bars(1, 1)))).toBe(0.5);
  expect(medianAt(of(13, bars(4, 7)))).toBeCloseTo(13.5 / 28);
  expect(medianAt(of(4000, bars(4, 7, true)))).toBe(0.9);
});

test("days are written where bars begin, few enough to be read, and how long the longest are at least", () => {
  expect(labelsOf([])).toEqual([]);
  expect(labelsOf(bars(1, 1))).toEqual([{ at: 0, days: 0, isOpen: false }]);
  const many = labelsOf(bars(24, 7, true));
  expect(many.length).toBeLessThanOrEqual(7);
  expect(many.at(-1)).toEqual({ at: 24 / 25, days: 168, isOpen: true });
  const [last, before] = [many.at(-1)?.at ?? 0, many.at(-2)?.at ?? 0];
  expect(last - before).toBeGreaterThan(0.15);
});
