/** How segments are called, and what a coupon is worth. */
import { dateTime, integer, money } from "../../lib/format";
import { type MessageKey, t, tOr } from "../../lib/i18n/index.svelte";
import type { Coupon } from "../state/wire";

export const nameOfSegment = (segment: string): string => tOr(`outreach_segment_${segment}`, segment);

export function termsOf(coupon: Coupon): string {
  const off = money(coupon.off_minor);
  const what: [MessageKey, Record<string, string>] = coupon.min_spend_minor
    ? ["outreach_coupon_terms_from", { off, min: money(coupon.min_spend_minor) }]
    : ["outreach_coupon_terms_any", { off }];
  return t("outreach_coupon_terms", {
    what: t(...what),
    each: integer(coupon.per_account),
    left: integer(coupon.quota - coupon.redeemed),
    time: dateTime(coupon.valid_until_ms),
  });
}
