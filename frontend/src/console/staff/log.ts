/** The pure parts of the log's filters. */

/** The kinds of deeds; each has a name `deed_area.<kind>`. */
export const AREAS = ["order", "aftersale", "product", "stock", "freight", "coupon", "flash_sale", "commission", "money", "staff", "shop", "notice", "app", "webhook", "log"] as const;

/** From the beginning of the first day to the end of the last, in the reader's time. */
export function daysOf(from: string, to: string): { since_ms: number | undefined; until_ms: number | undefined } {
  const start = from ? new Date(`${from}T00:00:00`) : null;
  const end = to ? new Date(`${to}T00:00:00`) : null;
  end?.setDate(end.getDate() + 1);
  return { since_ms: msOf(start), until_ms: msOf(end) };
}

function msOf(date: Date | null): number | undefined {
  const ms = date?.getTime();
  return ms === undefined || Number.isNaN(ms) || ms < 0 ? undefined : ms;
}
