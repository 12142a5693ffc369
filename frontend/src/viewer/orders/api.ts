/** The buyer's orders: what is said to the server. */
import { type Schemas, api, ok } from "../../lib/api/client";

export type OrderState = Schemas["OrderState"];
export type OrderLine = Schemas["LineView"];
export type Order = Schemas["OrderView"];
export type Movement = Schemas["MovementView"];
type OrderPage = { items: Order[]; next_cursor: string | null };

const at = (order_id: string) => ({ params: { path: { order_id } } });

export function listOrders(state: OrderState | null, limit: number, cursor?: string): Promise<OrderPage> {
  return ok(api.GET("/api/me/orders", { params: { query: { state: state ?? undefined, limit, cursor } } }));
}

export function getOrder(orderId: string): Promise<Order> {
  return ok(api.GET("/api/orders/{order_id}", at(orderId)));
}

export async function cancelOrder(orderId: string): Promise<void> {
  await ok(api.POST("/api/orders/{order_id}/cancel", { ...at(orderId), body: { reason: "" } }));
}

export async function confirmReceipt(orderId: string): Promise<void> {
  await ok(api.POST("/api/orders/{order_id}/receipt", at(orderId)));
}

export async function listMovements(orderId: string): Promise<Movement[]> {
  const { items } = await ok(api.GET("/api/orders/{order_id}/money", at(orderId)));
  return items;
}
