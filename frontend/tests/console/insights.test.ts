import { describe, expect, it, vi } from "vitest";
import { sparkPath } from "../../src/console/home/spark";
import { todosOf } from "../../src/console/home/todos";
import { chartOption, heightOf, rowsOf, tickMs } from "../../src/console/insights/chart";
import { pressed, sorted } from "../../src/console/insights/sort";
import { stepsOf, withShares } from "../../src/console/insights/steps";
import { LEFT, extentOf, fill, momentAt, spanAt, stretchAt, xOf } from "../../src/console/insights/timeline";
import type { Home, Metrics, Minute, Minutes, ProductRow, Span } from "../../src/console/insights/wire";
import { Reporter } from "../../src/viewer/behaviour/report";

const START = 1_700_000_040_000;
const minute = (atMs: number, more: Partial<Minute> = {}) => ({ at_ms: atMs, orders_paid: 0, gmv_minor: 0, ...more }) as Minute;
const minutes = (...items: Minute[]): Minutes => ({ step_s: 60, items });

describe("a room's time line", () => {
  it("has every stretch, also those in which nothing happened", () => {
    const known = minutes(minute(START, { orders_paid: 2 }), minute(START + 180_000, { orders_paid: 1 }));
    const extent = extentOf(known, START + 5000, START + 200_000, 0);
    expect(extent).toEqual({ startMs: START, endMs: START + 240_000 });
    expect(fill(known, extent!).map((each) => each.orders_paid)).toEqual([2, 0, 0, 1]);
  });
  it("is there for a room of one moment, and not for one that never was on air", () => {
    expect(extentOf(minutes(), null, null, START)).toBeNull();
    const extent = extentOf(minutes(), START, START, START);
    expect(fill(minutes(), extent!)).toHaveLength(1);
  });
  it("finds the moment under the finger and the place of a moment", () => {
    const extent = { startMs: START, endMs: START + 600_000 };
    for (const atMs of [START, START + 123_456, START + 600_000]) {
      expect(Math.abs(momentAt(xOf(atMs, extent, 900), extent, 900) - atMs)).toBeLessThan(2);
    }
    expect(momentAt(-50, extent, 900)).toBe(START);
    expect(xOf(START - 1, extent, 900)).toBe(LEFT);
    expect(xOf(START, extent, 0)).toBe(LEFT);
  });
  it("knows what was on show and what happened at a moment", () => {
    const spans = [{ cue_id: "a", start_ms: START, end_ms: START + 60_000 }, { cue_id: "b", start_ms: START + 90_000, end_ms: null }] as Span[];
    expect(spanAt(spans, START + 30_000)?.cue_id).toBe("a");
    expect(spanAt(spans, START + 70_000)).toBeNull();
    expect(spanAt(spans, START + 999_000)?.cue_id).toBe("b");
    expect(stretchAt([minute(START), minute(START + 60_000)], START + 61_000, 60_000)?.at_ms).toBe(START + 60_000);
    expect(stretchAt([], START, 60_000)).toBeNull();
  });
});

describe("charts", () => {
  const names = new Proxy({}, { get: (_, key) => String(key) }) as Parameters<typeof rowsOf>[0];
  it("show no row and no line for what these eyes may not see", () => {
    expect(rowsOf(names, { traffic: true, money: true }).map((row) => row.id)).toEqual(["online", "talk", "clicks", "sales"]);
    const rows = rowsOf(names, { traffic: false, money: false });
    expect(rows.map((row) => row.series.map((each) => each.field))).toEqual([["orders_paid"]]);
    expect(heightOf(rows)).toBeGreaterThan(rows[0]!.height);
  });
  it("have a point for each stretch, and a mark where there is only one", () => {
    const rows = rowsOf(names, { traffic: true, money: true });
    const colors = new Proxy({}, { get: () => "#000" }) as Parameters<typeof chartOption>[3];
    const write = { time: String, count: String, money: String };
    const option = chartOption(rows, [minute(START)], { startMs: START, endMs: START + 60_000 }, colors, write, "x") as { series: { data: unknown[]; showSymbol: boolean }[] };
    expect(option.series.every((series) => series.data.length === 1 && series.showSymbol)).toBe(true);
  });
});

it("the times under a chart are whole minutes, and few", () => {
  expect([1, 3, 8, 61, 600].map((minutes) => tickMs({ startMs: START, endMs: START + minutes * 60_000 }) / 60_000)).toEqual([1, 1, 2, 10, 120]);
});

it("steps say how many of all got so far, and only what a shop may know", () => {
  const metrics = {
    traffic: { viewers: 200, saw_card: 100, viewed_product: 50, started_checkout: 10 },
    buyers_placed: 8,
    buyers_paid: 6,
  } as Metrics;
  expect(stepsOf(metrics).map((step) => step.people)).toEqual([200, 100, 50, 10, 8, 6]);
  expect(withShares(stepsOf(metrics)).at(-1)).toMatchObject({ ofAll: 0.03, ofLast: 0.75 });
  expect(withShares(stepsOf({ ...metrics, traffic: null }))).toMatchObject([{ people: 8, ofAll: null }, { people: 6, ofAll: null }]);
});

it("no step is more than all of those it is set beside, however many bought unseen", () => {
  const metrics = { traffic: { viewers: 5, saw_card: 4, viewed_product: 4, started_checkout: 1 }, buyers_placed: 8, buyers_paid: 6 } as Metrics;
  expect(withShares(stepsOf(metrics)).map(({ ofAll, ofLast }) => [ofAll, ofLast])).toEqual([
    [null, null],
    [0.8, 0.8],
    [0.8, 1],
    [0.2, 0.25],
    [null, null],
    [null, 0.75],
  ]);
});

it("products are sorted by a press, the other way round by another, and keep their places when equal", () => {
  const rows = [
    { title: "b", orders_paid: 1, impressions: 0, clicks: 0, gmv_minor: null },
    { title: "a", orders_paid: 1, impressions: 10, clicks: 5, gmv_minor: null },
    { title: "c", orders_paid: 3, impressions: 10, clicks: 1, gmv_minor: null },
  ] as ProductRow[];
  const first = pressed({ column: "clicks", isDown: true }, "orders_paid");
  expect(sorted(rows, first).map((row) => row.title)).toEqual(["c", "a", "b"]);
  expect(sorted(rows, pressed(first, "orders_paid")).map((row) => row.title)).toEqual(["a", "b", "c"]);
  expect(sorted(rows, { column: "click_rate", isDown: true }).map((row) => row.title)).toEqual(["a", "c", "b"]);
});

describe("home", () => {
  const nothing: Home = { to_ship: null, after_sales: null, low_stock: null, products: null, money: null, rooms: null, notices: null, figures: [], today: "2026-11-29", currency: "CNY", has_sold: false };
  it("names what waits, what has a deadline first", () => {
    const home = {
      ...nothing,
      to_ship: { count: 3, late: 1, items: [] },
      after_sales: { count: 1, items: [] },
      low_stock: { count: 2, below: 10, items: [] },
      products: { in_review: 1, rejected: 1 },
      money: { available_minor: 5, currency: "CNY", has_failed_payout: true },
    };
    expect(todosOf(home).map((todo) => todo.id)).toEqual(["ship", "after_sales", "payout_failed", "rejected", "low_stock", "in_review", "payout"]);
    expect(todosOf(home)[0]).toMatchObject({ count: 3, isUrgent: true });
  });
  it("is calm where nothing waits or nothing may be seen", () => {
    expect(todosOf(nothing)).toEqual([]);
    expect(todosOf({ ...nothing, to_ship: { count: 0, late: 0, items: [] }, money: { available_minor: 0, currency: "CNY", has_failed_payout: false } })).toEqual([]);
  });
  it("draws a line of one hour, of none, and of noughts", () => {
    expect(sparkPath([], 100, 20)).toBe("");
    expect(sparkPath([5], 100, 20)).toBe("M0 0H100");
    expect(sparkPath([0, 0], 100, 20)).toBe("M0 20L100 20");
  });
});

it("what is done in a room is told within a fifth of a second, all that gathered with it; of a film within ten", () => {
  vi.useFakeTimers();
  const sent: string[][] = [];
  const reporter = new Reporter((body) => sent.push((JSON.parse(body) as { items: { kind: string }[] }).items.map((item) => item.kind)), "me", () => Date.now());
  reporter.note("card_shown", { kind: "room", id: "r1" }, { withinMs: 5000 });
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual([]);
  reporter.note("card_clicked", { kind: "room", id: "r1" });
  reporter.note("product_viewed", { kind: "room", id: "r1" });
  vi.advanceTimersByTime(200);
  expect(sent).toEqual([["card_shown", "card_clicked", "product_viewed"]]);
  reporter.note("entered", { kind: "video", id: "v1" });
  vi.advanceTimersByTime(9999);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sent[1]).toEqual(["entered"]);
  vi.useRealTimers();
});

it("what a visitor does is told together, with how long ago it was, and never twice", () => {
  const sent: { viewer_id: string; items: { kind: string; ago_ms: number; room_id?: string; video_id?: string }[] }[] = [];
  let now = 1000;
  const reporter = new Reporter((body) => sent.push(JSON.parse(body)), "me", () => now);
  const room = { kind: "room", id: "r1" } as const;
  reporter.note("entered", room);
  now = 4000;
  reporter.note("bag_opened", room, { mediaMs: 12.6 });
  reporter.note("seen", { kind: "video", id: "v1" });
  reporter.flush();
  reporter.flush();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.items.map((item) => [item.kind, item.ago_ms])).toEqual([["entered", 3000], ["bag_opened", 0], ["seen", 0]]);
  // One of the two is named, never both.
  expect(sent[0]?.items.map((item) => [item.room_id, item.video_id])).toEqual([["r1", undefined], ["r1", undefined], [undefined, "v1"]]);
  for (let number = 0; number < 45; number += 1) reporter.note("entered", room);
  reporter.flush();
  expect(sent.slice(1).map((report) => report.items.length)).toEqual([40, 5]);
});
