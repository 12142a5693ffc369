/** Money, numbers and times as the reader's language writes them. */
import { locale } from "../i18n/index.svelte";
import { formatCount, formatMinor } from "./plain";

export { durationParts, formatClock, shorten } from "./plain";

/** `199000` → `¥1,990.00`. */
export function money(amountMinor: number, currency = "CNY"): string {
  return formatMinor(amountMinor, currency, locale());
}

/** `12345` → `1.2万` or `12K`. */
export function count(value: number): string {
  return formatCount(value, locale());
}

export function integer(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** Date and time to the minute; the year only if it is another one. */
export function dateTime(epochMs: number): string {
  const sameYear = new Date(epochMs).getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(locale(), {
    year: sameYear ? undefined : "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(epochMs);
}

/** The day; the year only if it is another one. */
export function day(epochMs: number): string {
  const sameYear = new Date(epochMs).getFullYear() === new Date().getFullYear();
  const year = sameYear ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale(), { year, month: "short", day: "numeric" }).format(epochMs);
}

export function date(epochMs: number): string {
  return new Intl.DateTimeFormat(locale(), { year: "numeric", month: "short", day: "numeric" }).format(epochMs);
}

/** Minor units from what a seller types (`19.9` → 1990); null if it is no amount. */
export function parseMoney(text: string): number | null {
  const match = /^\s*¥?\s*(\d{1,9})(?:[.。](\d{1,2}))?\s*$/.exec(text);
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}
