/** What was learned of when a product's card comes up, in the order in which it is read. Pure. */
import type { Schemas } from "../../../lib/api/client";
import type { OwnProduct } from "../wire";

export type Moment = Schemas["LearnedView"];
export type Learned = { product: OwnProduct; shopId: string | null; best: Moment | null; others: Moment[] };

/** Products of the video; of each the moment that comes up most, then those that still do, then those that were given up. */
export function learnedOf(products: readonly OwnProduct[], told: Schemas["MomentsView"] | null): Learned[] {
  return products.map((product) => {
    const { shop_id: shopId = null, moments = [] } = told?.products.find((each) => each.product_id === product.product_id) ?? {};
    const [best = null, ...others] = [...moments].sort((one, other) => other.share - one.share || other.shown - one.shown || one.at_ms - other.at_ms);
    return { product, shopId, best, others: others.filter((each) => each.share > 0 || each.shown > 0) };
  });
}

/** The products as they are saved, one of them at this moment; null: the platform finds it. */
export function withMoment(products: readonly OwnProduct[], productId: string, moment: { at_ms: number; show_ms: number } | null): Schemas["VideoProductInput"][] {
  return products.map((each) => {
    const at = each.product_id === productId ? moment : each.at_ms === null ? null : { at_ms: each.at_ms, show_ms: each.show_ms };
    return { product_id: each.product_id, at_ms: at?.at_ms ?? null, show_ms: at?.show_ms ?? null };
  });
}
