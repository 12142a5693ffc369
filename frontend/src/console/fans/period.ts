/** Days of the books within which fans first bought; which they are, the server says: its books tell when a day begins. */
export const SPANS = ["90", "365", "730"] as const;
export type SpanDays = (typeof SPANS)[number];
/** A span, or days that are chosen. */
export type Chosen = SpanDays | "free";
export type Period = { from: string; to: string };

export const MOST_YEARS = 3;
const DAY = /^2\d{3}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** Whether both days are there, in their order, and not too far apart. */
export function isWhole({ from, to }: Period): boolean {
  return DAY.test(from) && DAY.test(to) && from <= to && Date.parse(to) - Date.parse(from) <= MOST_YEARS * 365 * DAY_MS;
}
