/** Rates as people type them (percent) and as they are kept (basis points). Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";

const MAX_BP = 5000;

export function readRate(text: string): number | MessageKey {
  const plain = text.normalize("NFKC").replace("%", "").trim();
  if (!plain) return "required";
  if (!/^\d{1,2}(\.\d{1,2})?$/.test(plain)) return "commission_malformed";
  const rate = Math.round(Number(plain) * 100);
  return rate >= 1 && rate <= MAX_BP ? rate : "commission_malformed";
}

/** `1250` → `12.5` */
export function ratePercent(rateBp: number): string {
  return String(Number((rateBp / 100).toFixed(2)));
}

/** What a creator earns for one piece at this price. */
export function earnedMinor(priceMinor: number, rateBp: number): number {
  return Math.floor((priceMinor * rateBp) / 10_000);
}

/** The id in what was pasted: a link to a room, or a creator's number. */
export function idIn(text: string): string | null {
  return /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(text)?.[0].toLowerCase() ?? null;
}
