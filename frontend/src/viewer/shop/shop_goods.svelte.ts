/** What a shop sells, read page by page. */
import { api, ok } from "../../lib/api/client";
import type { BagItem } from "../../lib/live/fold";
import { Paged } from "../state/paged.svelte";

export function shopGoods(shop_id: string): Paged<BagItem> {
  return new Paged((cursor) => ok(api.GET("/api/shops/{shop_id}/goods", { params: { path: { shop_id }, query: { cursor } } })));
}
