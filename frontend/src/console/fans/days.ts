/** Days and months of the shop's books as the reader's language writes them. */
import { date } from "../../lib/format";
import { locale } from "../../lib/i18n/index.svelte";

/** `2026-11-29`: the same day wherever it is read. */
export function dayOf(iso: string): string {
  return date(Date.parse(`${iso}T00:00`));
}

/** `2026-11` or `2026-11-01`. */
export function monthOf(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { year: "numeric", month: "short" }).format(Date.parse(`${iso.slice(0, 7)}-01T00:00`));
}
