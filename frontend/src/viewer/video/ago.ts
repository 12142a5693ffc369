/** How long ago something was, as one says it: in minutes, hours or days; what is older has its date. */
import { date } from "../../lib/format";
import { locale, t } from "../../lib/i18n/index.svelte";

const MINUTE_MS = 60_000;

export function ago(moment: string | number, nowMs = Date.now()): string {
  const atMs = new Date(moment).getTime();
  const minutes = Math.max(0, Math.floor((nowMs - atMs) / MINUTE_MS));
  const say = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  if (minutes < 1) return t("just_now");
  if (minutes < 60) return say.format(-minutes, "minute");
  if (minutes < 24 * 60) return say.format(-Math.floor(minutes / 60), "hour");
  if (minutes < 7 * 24 * 60) return say.format(-Math.floor(minutes / (24 * 60)), "day");
  return date(atMs);
}
