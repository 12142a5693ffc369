/** Days of the books between which fans first bought, and the days of the same length before them. */
export const SPANS = ["90", "365", "730"] as const;
export type SpanDays = (typeof SPANS)[number];
export type Period = { from: string; to: string };

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The last so many days up to today (`2026-11-29`), that day included. */
export function lastDays(today: string, days: number): Period {
  const end = Date.parse(today);
  return { from: iso(end - (days - 1) * DAY_MS), to: today };
}

/** As many days, just before. */
export function before(period: Period): Period {
  const start = Date.parse(period.from);
  const days = Math.round((Date.parse(period.to) - start) / DAY_MS) + 1;
  return { from: iso(start - days * DAY_MS), to: iso(start - DAY_MS) };
}
