/** Products just chosen, with what the editor shows of them. */
import { api, ok } from "../../../lib/api/client";
import type { Placed } from "./placing";

export async function titlesOf(ids: readonly string[]): Promise<Placed[]> {
  const products = await Promise.all(ids.map((product_id) => ok(api.GET("/api/products/{product_id}", { params: { path: { product_id } } })).catch(() => null)));
  return products
    .filter((each) => each !== null)
    .map((each) => ({ productId: each.product_id, title: each.title, pictureUrl: each.picture_urls[0] ?? null, isOnSale: each.state === "on_sale", atMs: null, showMs: null }));
}

/** The lowest price of each product, for the card as viewers see it. */
export async function pricesOf(ids: readonly string[]): Promise<Map<string, { minor: number; currency: string; isFrom: boolean }>> {
  const products = await Promise.all(ids.map((product_id) => ok(api.GET("/api/products/{product_id}", { params: { path: { product_id } } })).catch(() => null)));
  return new Map(
    products
      .filter((each) => each !== null)
      .map((each) => {
        const prices = each.skus.map((sku) => sku.price_minor);
        const minor = Math.min(...prices);
        return [each.product_id, { minor, currency: each.currency, isFrom: prices.some((price) => price > minor) }];
      }),
  );
}
