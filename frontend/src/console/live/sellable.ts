/** What a host may sell for a commission: what shops agreed on with them, then what everybody may sell. */
import { api, ok } from "../../lib/api/client";
import type { Commission, MarketItem } from "../state/wire";

export type Sellable = Pick<MarketItem, "product_id" | "title" | "picture_url" | "shop_name" | "price_minor" | "currency" | "rate_bp">;
type Page = { items: Sellable[]; next_cursor: string | null };

const MOST_AGREED = 100;

/** Agreements first; a product that is in both lists stands there once, at the agreed rate. */
export function mergeSellable(agreed: readonly Commission[], market: readonly MarketItem[], words: string, ownShop: string | undefined): Sellable[] {
  const wanted = words.toLowerCase();
  const mine = agreed.filter((one) => one.state === "open" && one.title.toLowerCase().includes(wanted));
  const known = new Set(mine.map((one) => one.product_id));
  return [...mine, ...market.filter((item) => !known.has(item.product_id) && item.shop_id !== ownShop)];
}

export async function listSellable(words: string, cursor: string | undefined, ownShop: string | undefined): Promise<Page> {
  const agreements = ok(api.GET("/api/me/commission-agreements", { params: { query: { limit: MOST_AGREED } } }));
  const market = ok(api.GET("/api/commission-market", { params: { query: { cursor, limit: 30, q: words || undefined } } }));
  const [{ items: agreed }, page] = await Promise.all([agreements, market]);
  const merged = mergeSellable(agreed, page.items, words, ownShop);
  // Agreements stand on the first page; on later ones they only keep their products from standing twice.
  const known = new Set(agreed.filter((one) => one.state === "open").map((one) => one.product_id));
  return { items: cursor ? merged.filter((item) => !known.has(item.product_id)) : merged, next_cursor: page.next_cursor };
}
