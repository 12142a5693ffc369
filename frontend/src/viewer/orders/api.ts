/** The buyer's orders: what is said to the server. */
import { Attempt } from "../../lib/api/attempt";
import { type Schemas, api, ok } from "../../lib/api/client";
import { once } from "../../lib/api/once";

export type OrderState = Schemas["OrderState"];
export type OrderLine = Schemas["LineView"];
export type Order = Schemas["OrderView"];
export type Movement = Schemas["MovementView"];
export type Address = Schemas["Address"];
type OrderPage = { items: Order[]; next_cursor: string | null };

const at = (order_id: string) => ({ params: { path: { order_id } } });
const onceAt = (order_id: string, key: string) => ({ params: { path: { order_id }, header: { "Idempotency-Key": key } } });
const attempt = new Attempt();

export function listOrders(state: OrderState | null, limit: number, cursor?: string): Promise<OrderPage> {
  return ok(api.GET("/api/me/orders", { params: { query: { state: state ?? undefined, limit, cursor } } }));
}

export function getOrder(orderId: string): Promise<Order> {
  return ok(api.GET("/api/orders/{order_id}", at(orderId)));
}

export async function cancelOrder(orderId: string): Promise<void> {
  const body = { reason: "" };
  await once(attempt, ["cancel", orderId], (key) => ok(api.POST("/api/orders/{order_id}/cancel", { ...onceAt(orderId, key), body })));
}

export async function confirmReceipt(orderId: string): Promise<void> {
  await once(attempt, ["receipt", orderId], (key) => ok(api.POST("/api/orders/{order_id}/receipt", onceAt(orderId, key))));
}

export async function listMovements(orderId: string): Promise<Movement[]> {
  const { items } = await ok(api.GET("/api/orders/{order_id}/money", at(orderId)));
  return items;
}

export async function listAddresses(): Promise<Address[]> {
  return (await ok(api.GET("/api/me/addresses"))).items;
}

/** Ask to have an order sent elsewhere; what was asked before and not answered gives way. */
export function askForAddress(orderId: string, { recipient, phone, region, detail }: Address): Promise<Order> {
  return ok(api.PUT("/api/orders/{order_id}/address-change", { ...at(orderId), body: { recipient, phone, region, detail } }));
}

export function withdrawAddress(orderId: string): Promise<Order> {
  return ok(api.DELETE("/api/orders/{order_id}/address-change", at(orderId)));
}

/** How the shop can be reached, in its own words; nothing if it has not said so or cannot be asked. */
export async function contactOf(shop_id: string): Promise<string> {
  try {
    return (await ok(api.GET("/api/shops/{shop_id}/page", { params: { path: { shop_id } } }))).contact;
  } catch {
    return "";
  }
}
