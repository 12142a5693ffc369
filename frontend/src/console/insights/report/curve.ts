/** The room's curve as shapes: who watched as an area, what was sold as bars, what was held up as marks. Pure. */
import type { Extent } from "../timeline";
import type { Minute, Span } from "../wire";

export type Bar = { x: number; y: number; width: number; height: number };
export type Mark = { x: number; width: number; title: string; startMs: number };

export function xOf(atMs: number, extent: Extent, width: number): number {
  return ((atMs - extent.startMs) / (extent.endMs - extent.startMs)) * width;
}

/** The room itself, to the second: a show of one minute is one minute wide, whatever stretches it touches. */
export function showOf(startedMs: number | null, endedMs: number | null, nowMs: number): Extent | null {
  return startedMs === null ? null : { startMs: startedMs, endMs: Math.max(endedMs ?? nowMs, startedMs + 1000) };
}

/** Stretches of the show; what was sold after its end counts in its last. */
export function within(minutes: readonly Minute[], extent: Extent): Minute[] {
  const kept = minutes.filter((minute) => minute.at_ms < extent.endMs);
  const last = kept.at(-1);
  if (!last) return kept;
  const late = minutes.slice(kept.length);
  const sold = { orders_paid: late.reduce((sum, each) => sum + each.orders_paid, last.orders_paid), gmv_minor: last.gmv_minor === null ? null : late.reduce((sum, each) => sum + (each.gmv_minor ?? 0), last.gmv_minor) };
  return [...kept.slice(0, -1), { ...last, ...sold }];
}

/** Steps, not slopes: a stretch has one number from its beginning to its end. */
export function areaOf(minutes: readonly Minute[], extent: Extent, stepMs: number, width: number, height: number): string {
  const most = Math.max(1, ...minutes.map((minute) => minute.online_max ?? 0));
  const parts = minutes.map((minute) => {
    const y = (height - ((minute.online_max ?? 0) / most) * height).toFixed(1);
    return `L${Math.max(0, xOf(minute.at_ms, extent, width)).toFixed(1)} ${y}L${Math.min(width, xOf(minute.at_ms + stepMs, extent, width)).toFixed(1)} ${y}`;
  });
  return `M0 ${height}${parts.join("")}L${width} ${height}Z`;
}

/** By GMV, or by orders for who may not see money. */
export function barsOf(minutes: readonly Minute[], extent: Extent, stepMs: number, width: number, height: number): Bar[] {
  const value = (minute: Minute) => minute.gmv_minor ?? minute.orders_paid;
  const most = Math.max(1, ...minutes.map(value));
  const step = Math.min(width, xOf(extent.startMs + stepMs, extent, width));
  return minutes
    .filter((minute) => value(minute) > 0)
    .map((minute) => {
      const tall = Math.max(2, (value(minute) / most) * height);
      const wide = Math.max(2, Math.min(14, step * 0.7));
      // In the middle of what is seen of its stretch.
      const middle = (Math.max(minute.at_ms, extent.startMs) + Math.min(minute.at_ms + stepMs, extent.endMs)) / 2;
      return { x: Math.min(width - wide, Math.max(0, xOf(middle, extent, width) - wide / 2)), y: height - tall, width: wide, height: tall };
    });
}

export function marksOf(spans: readonly Span[], extent: Extent, width: number): Mark[] {
  return spans.map((span) => {
    const x = Math.max(0, xOf(span.start_ms, extent, width));
    const end = Math.min(width, xOf(span.end_ms ?? extent.endMs, extent, width));
    return { x, width: Math.max(3, end - x), title: span.title, startMs: span.start_ms };
  });
}
