/** How long there is still, as a person would say it. */
import { durationParts } from "../../lib/format";
import { t } from "../../lib/i18n/index.svelte";

export function leftText(ms: number): string {
  const { days, hours, minutes } = durationParts(ms);
  if (ms <= 0) return t("time_is_up");
  if (days > 0) return t("left_days", { days, hours });
  if (hours > 0) return t("left_hours", { hours, minutes });
  return t("left_minutes", { minutes: Math.max(1, minutes) });
}
