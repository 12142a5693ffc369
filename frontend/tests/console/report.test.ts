import { describe, expect, it } from "vitest";
import { areaOf, barsOf, marksOf, showOf, within } from "../../src/console/insights/report/curve";
import { type Report, emptyOf, shownOf } from "../../src/console/insights/report/report";
import type { Minute, Span } from "../../src/console/insights/wire";

const figure = (key: string, value: number | null) => ({ key, value, median: null, last: null });
const report = (started: number | null, ...figures: ReturnType<typeof figure>[]) => ({ started_at_ms: started, figures }) as unknown as Report;

describe("a report", () => {
  it("says why there is nothing to show", () => {
    expect(emptyOf(report(null))).toBe("never");
    expect(emptyOf(report(1, figure("viewers", 0), figure("orders_paid", 0)))).toBe("nobody");
    expect(emptyOf(report(1, figure("viewers", 3), figure("orders_paid", 0)))).toBe("unsold");
    expect(emptyOf(report(1, figure("viewers", 0), figure("orders_paid", 1)))).toBeNull();
  });
  it("leaves out what is not for these eyes, and keeps its order", () => {
    const found = shownOf(report(1, figure("viewers", 3), figure("gmv", null), figure("orders_paid", 0)), ["gmv", "orders_paid", "viewers"]);
    expect(found.map(({ key }) => key)).toEqual(["orders_paid", "viewers"]);
  });
});

describe("its curve", () => {
  const extent = { startMs: 0, endMs: 120_000 };
  const minute = (at_ms: number, online_max: number | null, orders_paid: number, gmv_minor: number | null) => ({ at_ms, online_max, orders_paid, gmv_minor }) as Minute;
  it("is as high as the greatest audience, from side to side", () => {
    expect(areaOf([minute(0, 5, 0, 0), minute(60_000, 10, 0, 0)], extent, 60_000, 100, 50)).toBe("M0 50L0.0 25.0L50.0 25.0L50.0 0.0L100.0 0.0L100 50Z");
  });
  it("has a bar for each stretch that sold, by orders where money is hidden", () => {
    const bars = barsOf([minute(0, null, 1, null), minute(60_000, null, 0, null)], extent, 60_000, 100, 40);
    expect(bars).toEqual([{ x: 18, y: 0, width: 14, height: 40 }]);
  });
  it("shows what was held up within the room's time", () => {
    const spans = [{ start_ms: -5, end_ms: 60_000, title: "a" }, { start_ms: 119_999, end_ms: null, title: "b" }] as Span[];
    expect(marksOf(spans, extent, 100).map(({ x, width }) => [Math.round(x), Math.round(width)])).toEqual([[0, 50], [100, 3]]);
  });
  it("is as long as the show, however many stretches that touches, and keeps what was sold after its end", () => {
    // On air from 0:40 to 1:45 of three stretches; somebody paid in the third.
    const show = showOf(40_000, 105_000, 999_000)!;
    expect(show).toEqual({ startMs: 40_000, endMs: 105_000 });
    const kept = within([minute(0, 2, 0, 0), minute(60_000, 3, 1, 100), minute(120_000, 0, 2, 300)], show);
    expect(kept.map((each) => [each.orders_paid, each.gmv_minor])).toEqual([[0, 0], [3, 400]]);
    expect(areaOf(kept, show, 60_000, 650, 96).startsWith("M0 96L0.0 32.0L200.0 32.0L200.0 0.0L650.0 0.0")).toBe(true);
    const [bar] = barsOf(kept, show, 60_000, 650, 72);
    expect(bar!.x + bar!.width / 2).toBeCloseTo(425, 0);
    expect(showOf(null, null, 5)).toBeNull();
  });
});
