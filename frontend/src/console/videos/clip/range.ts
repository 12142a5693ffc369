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
