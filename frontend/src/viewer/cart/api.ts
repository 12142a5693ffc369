/** The cart: what is said to the server. */
import { type Schemas, api, ok } from "../../lib/api/client";
import type { Source } from "../place/place";

export type CartItem = Schemas["CartItemView"];
export type CartShop = Schemas["CartShop"];
export type CartView = Schemas["Cart"];

const at = (sku_id: string) => ({ params: { path: { sku_id } } });

export function getCart(): Promise<CartView> {
  return ok(api.GET("/api/me/cart"));
}

export async function putItem(skuId: string, quantity: number, source: Source): Promise<void> {
  await ok(api.PUT("/api/me/cart/items/{sku_id}", { ...at(skuId), body: { quantity, ...source } }));
}

export async function removeItem(skuId: string): Promise<void> {
  await ok(api.DELETE("/api/me/cart/items/{sku_id}", at(skuId)));
}
