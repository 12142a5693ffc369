/** A room's time line as charts need it: every stretch there, also those in which nothing happened. Pure. */
import type { Minute, Minutes, Span } from "./wire";

/** Space at the chart's sides for its numbers; the lane of products and the cursor keep the same. */
export const LEFT = 48;
export const RIGHT = 12;

export type Extent = { startMs: number; endMs: number };

const EMPTY: Omit<Minute, "at_ms"> = {
  online_max: 0,
  online_average: 0,
  comments: 0,
  likes: 0,
  views: 0,
  impressions: 0,
  clicks: 0,
  bag_opens: 0,
  product_views: 0,
  checkout_starts: 0,
  orders_placed: 0,
  orders_paid: 0,
  gmv_minor: 0,
};

/** From the room's first stretch to its last, or to now; at least one stretch long. */
export function extentOf(minutes: Minutes, startedMs: number | null, endedMs: number | null, nowMs: number): Extent | null {
  const first = minutes.items[0];
  if (startedMs === null) return null;
  const stepMs = minutes.step_s * 1000;
  const startMs = Math.min(first?.at_ms ?? startedMs, Math.floor(startedMs / 60_000) * 60_000);
  const endMs = Math.max(endedMs ?? nowMs, (minutes.items.at(-1)?.at_ms ?? startMs) + stepMs, startMs + stepMs);
  return { startMs, endMs };
}

export function fill(minutes: Minutes, extent: Extent): Minute[] {
  const stepMs = minutes.step_s * 1000;
  const known = new Map(minutes.items.map((item) => [item.at_ms, item]));
  const filled: Minute[] = [];
  for (let atMs = extent.startMs; atMs < extent.endMs; atMs += stepMs) filled.push(known.get(atMs) ?? { ...EMPTY, at_ms: atMs });
  return filled;
}

/** Where in a chart so wide a moment is. */
export function xOf(atMs: number, extent: Extent, width: number): number {
  const part = (atMs - extent.startMs) / (extent.endMs - extent.startMs);
  return LEFT + Math.min(1, Math.max(0, part)) * Math.max(0, width - LEFT - RIGHT);
}

/** Which moment is there. */
export function momentAt(x: number, extent: Extent, width: number): number {
  const part = (x - LEFT) / Math.max(1, width - LEFT - RIGHT);
  return Math.round(extent.startMs + Math.min(1, Math.max(0, part)) * (extent.endMs - extent.startMs));
}

/** The stretch that a moment falls into. */
export function stretchAt(minutes: readonly Minute[], atMs: number, stepMs: number): Minute | null {
  const first = minutes[0];
  if (!first) return null;
  return minutes[Math.floor((atMs - first.at_ms) / stepMs)] ?? null;
}

/** What is on show at a moment. */
export function spanAt(spans: readonly Span[], atMs: number): Span | null {
  return spans.findLast((span) => span.start_ms <= atMs && (span.end_ms === null || span.end_ms > atMs)) ?? null;
}
