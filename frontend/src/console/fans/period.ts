/** Days of the books within which fans first bought; which they are, the server says: its books tell when a day begins. */
export const SPANS = ["90", "365", "730"] as const;
export type SpanDays = (typeof SPANS)[number];
export type Period = { from: string; to: string };
