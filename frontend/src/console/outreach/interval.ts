/** Where values stand on a scale that holds an interval and zero, with some room at both ends. */
const ROOM = 0.12;

export function spanOf(low: number, high: number): { at: (value: number) => number } {
  const from = Math.min(low, 0);
  const to = Math.max(high, 0);
  const room = (to - from || 1) * ROOM;
  const whole = to - from + 2 * room;
  return { at: (value) => (100 * (value - from + room)) / whole };
}
