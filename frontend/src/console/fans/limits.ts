/** What puts a fan into a ready segment, with the limits of the shop. */
import { money } from "../../lib/format";
import { type MessageKey, t } from "../../lib/i18n/index.svelte";
import type { Segment, Thresholds } from "./wire";

export function limitOf(segment: Segment, limits: Thresholds | null): string {
  if (!limits) return t(`fans_is_${segment}` as MessageKey);
  switch (segment) {
    case "new":
      return t("fans_limit_new", { count: limits.new_days });
    case "slipping":
      return t("fans_limit_slipping", { count: limits.slipping_days });
    case "lost":
      return t("fans_limit_lost", { count: limits.lost_days });
    case "loyal":
      return t("fans_limit_loyal", { count: limits.loyal_occasions });
    case "big_spender":
      return t("fans_limit_big_spender", { amount: money(limits.big_spent_minor) });
    case "returner":
      return t("fans_limit_returner", { share: `${limits.returner_bp / 100}%` });
    default:
      return t(`fans_is_${segment}` as MessageKey);
  }
}
