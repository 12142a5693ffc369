/** Platforms that tell of orders placed there, and what they told. */
import { type Schemas, api, ok } from "../../lib/api/client";
import { shopId } from "../state/session.svelte";

export type OrderSource = Schemas["OrderSource"];
export type OrderSourceView = Schemas["OrderSourceView"];
export type ExternalOrder = Schemas["ExternalOrderView"];

const path = () => ({ shop_id: shopId() });

export async function listOrderSources(): Promise<OrderSourceView[]> {
  return (await ok(api.GET("/api/shops/{shop_id}/order-sources", { params: { path: path() } }))).items;
}

export function addOrderSource(name: string): Promise<OrderSource> {
  return ok(api.POST("/api/shops/{shop_id}/order-sources", { params: { path: path() }, body: { name } }));
}

export function renewSecret(source_id: string): Promise<OrderSource> {
  return ok(api.POST("/api/shops/{shop_id}/order-sources/{source_id}/secret", { params: { path: { ...path(), source_id } } }));
}

export function listOrders(source_id: string, cursor: string | undefined): Promise<{ items: ExternalOrder[]; next_cursor: string | null }> {
  return ok(api.GET("/api/shops/{shop_id}/order-sources/{source_id}/orders", { params: { path: { ...path(), source_id }, query: { cursor, limit: 20 } } }));
}

export const addressOf = (source_path: string) => `${location.origin}${source_path}`;
