/** Checkout, coupons: what is said to the server. */
import { type Schemas, api, ok } from "../../lib/api/client";

export type CheckoutInput = Schemas["CheckoutInput"];
export type QuoteInput = Schemas["QuoteInput"];
export type Quote = Schemas["Quote"];
export type QuotedShop = Schemas["ShopQuote"];
export type QuotedLine = Schemas["LineQuote"];
export type Placed = Schemas["CheckoutView"];
export type Coupon = Schemas["OfferedCoupon"];

export function askQuote(body: QuoteInput): Promise<Quote> {
  return ok(api.POST("/api/checkout/quote", { body }));
}

export function placeOrders(body: CheckoutInput, key: string): Promise<Placed> {
  return ok(api.POST("/api/checkout", { body, params: { header: { "Idempotency-Key": key } } }));
}

/** Those of these shops and of the platform that the buyer can still use. */
export async function listCoupons(shopIds: string[]): Promise<Coupon[]> {
  const { items } = await ok(api.GET("/api/coupons", { params: { query: { shop_id: shopIds } } }));
  return items;
}
