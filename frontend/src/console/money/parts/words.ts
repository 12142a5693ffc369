/** What amounts of percent are called. */
import { locale } from "../../../lib/i18n/index.svelte";

/** `250` → `2.5%`. */
export function percent(points: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 2 }).format(points / 10_000);
}

/** `2026-11` → `2026年11月` or `November 2026`. */
export function monthName(month: string): string {
  return new Intl.DateTimeFormat(locale(), { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
}
