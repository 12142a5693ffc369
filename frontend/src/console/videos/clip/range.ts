/** The stretch of a replay that becomes a clip. Pure. */

export type Range = { fromMs: number; toMs: number };

/** As the server's own limits. */
export const MIN_CLIP_MS = 2000;
export const MAX_CLIP_MS = 600_000;
const FIRST_MS = 30_000;

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

/** What is chosen before anything is: half a minute from a moment on. */
export function firstRange(atMs: number, durationMs: number): Range {
  const fromMs = within(atMs, 0, Math.max(0, durationMs - MIN_CLIP_MS));
  return { fromMs, toMs: Math.min(durationMs, fromMs + FIRST_MS) };
}

/** Its start to a moment; where the clip would become too long its end comes along. */
export function withStart(range: Range, atMs: number, durationMs: number): Range {
  const fromMs = within(atMs, 0, durationMs - MIN_CLIP_MS);
  return { fromMs, toMs: within(range.toMs, fromMs + MIN_CLIP_MS, Math.min(durationMs, fromMs + MAX_CLIP_MS)) };
}

/** Its end to a moment; where the clip would become too long its start comes along. */
export function withEnd(range: Range, atMs: number, durationMs: number): Range {
  const toMs = within(atMs, MIN_CLIP_MS, durationMs);
  return { fromMs: within(range.fromMs, Math.max(0, toMs - MAX_CLIP_MS), toMs - MIN_CLIP_MS), toMs };
}

/** All of it to another place. */
export function moved(range: Range, fromMs: number, durationMs: number): Range {
  const length = range.toMs - range.fromMs;
  const start = within(fromMs, 0, durationMs - length);
  return { fromMs: start, toMs: start + length };
}

/** A curve of so many points as an SVG path over a unit of 100 × 100. */
export function curvePath(points: readonly { atMs: number; value: number }[], durationMs: number): string {
  const most = Math.max(1, ...points.map((point) => point.value));
  const placed = points.map(({ atMs, value }) => `${((atMs / durationMs) * 100).toFixed(2)} ${(100 - (value / most) * 92).toFixed(2)}`);
  return placed.length === 0 ? "" : `M0 100 L${placed.join(" L")} L100 100 Z`;
}

export type Spot = { productId: string; title: string; pictureUrl: string | null; fromMs: number; toMs: number; orders: number };

const SPOTS = 6;
/** Who was told of a product buys within so long after its card is gone. */
const AFTERWARDS_MS = 30_000;
const LEAD_MS = 2000;

/** Where products were on show, the most orders first: those of the whole room while the card was up and shortly after, by the stretches in which they were counted. */
export function bestSpots(shown: readonly Omit<Spot, "orders">[], orders: readonly { atMs: number; value: number }[], durationMs: number): Spot[] {
  const counted = orders.map((each, index) => ({ ...each, endMs: orders[index + 1]?.atMs ?? durationMs }));
  const spots = shown.map((each) => {
    const until = Math.min(durationMs, each.toMs + AFTERWARDS_MS);
    const sold = counted.map(({ atMs, endMs, value }) => value * (Math.max(0, Math.min(endMs, until) - Math.max(atMs, each.fromMs)) / Math.max(1, endMs - atMs)));
    return { ...each, orders: Math.round(sold.reduce((sum, one) => sum + one, 0)) };
  });
  return spots.sort((one, other) => other.orders - one.orders || one.fromMs - other.fromMs).slice(0, SPOTS);
}

/** The clip around a product's showing: a moment before it, no longer than a clip may be. */
export function around(spot: { fromMs: number; toMs: number }, durationMs: number): Range {
  const fromMs = within(spot.fromMs - LEAD_MS, 0, durationMs - MIN_CLIP_MS);
  return { fromMs, toMs: within(spot.toMs + LEAD_MS, fromMs + MIN_CLIP_MS, Math.min(durationMs, fromMs + MAX_CLIP_MS)) };
}
