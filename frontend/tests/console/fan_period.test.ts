import { expect, test } from "vitest";
import { before, lastDays } from "../../src/console/fans/period";

test("the days compared with are as many, and just before", () => {
  const period = lastDays("2026-03-01", 90);
  expect(period).toEqual({ from: "2025-12-02", to: "2026-03-01" });
  expect(before(period)).toEqual({ from: "2025-09-03", to: "2025-12-01" });
});
