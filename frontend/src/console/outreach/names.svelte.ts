/** How segments are called, and what a coupon is worth. */
import { api, ok } from "../../lib/api/client";
import { dateTime, integer, money } from "../../lib/format";
import { type MessageKey, t, tOr } from "../../lib/i18n/index.svelte";
import type { Coupon } from "../state/wire";

interface Sized {
  segment: string;
  fans: number | null;
}

/** Names of the shop's own segments, by id; empty until they are asked for. */
let own = $state.raw<ReadonlyMap<string, string>>(new Map());
let sizes = $state.raw<readonly Sized[]>([]);

/** Before campaigns are listed: each names its segment by a code or an id. */
export async function learnSegments(shop_id: string): Promise<void> {
  const found = await ok(api.GET("/api/shops/{shop_id}/segments", { params: { path: { shop_id } } }));
  own = new Map(found.own.map((each) => [each.segment_id, each.name]));
  sizes = [...found.items, ...found.own.map(({ segment_id, fans }) => ({ segment: segment_id, fans }))];
}

/** What can be chosen, each with how many are in it: the ready segments, then the shop's own. */
export function segmentOptions(): { value: string; text: string }[] {
  return sizes.map(({ segment, fans }) => {
    const name = nameOfSegment(segment);
    return { value: segment, text: fans === null ? name : t("outreach_segment_with_fans", { name, fans: integer(fans) }) };
  });
}

export const isOwnGone = (segment: string): boolean => segment.length === 36 && sizes.length > 0 && !own.has(segment);

/** A ready segment's name, the shop's own word for one of its own, or that it is no more. */
export const nameOfSegment = (segment: string): string => own.get(segment) ?? tOr(`outreach_segment_${segment}`, t("outreach_segment_gone"));

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
