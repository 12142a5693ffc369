/** The buyer's orders, newest first, and what can be done with each. */
import { ApiProblem, type Schemas, api, ok } from "../../lib/api/client";

export type Order = Schemas["OrderView"];

const PAGE = 10;

export class OrderList {
  items = $state.raw<Order[] | null>(null);
  nextCursor = $state<string | null>(null);
  isLoading = $state(false);
  problem = $state.raw<ApiProblem | null>(null);

  async load(cursor?: string): Promise<void> {
    this.isLoading = true;
    try {
      const page = await ok(api.GET("/api/me/orders", { params: { query: { limit: PAGE, cursor } } }));
      this.items = cursor ? [...(this.items ?? []), ...page.items] : page.items;
      this.nextCursor = page.next_cursor;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error;
    } finally {
      this.isLoading = false;
    }
  }

  async cancel(order: Order): Promise<void> {
    const path = { order_id: order.order_id };
    await ok(api.POST("/api/orders/{order_id}/cancel", { params: { path }, body: { reason: "" } }));
    await this.refresh(order.order_id);
  }

  async confirmReceipt(order: Order): Promise<void> {
    await ok(api.POST("/api/orders/{order_id}/receipt", { params: { path: { order_id: order.order_id } } }));
    await this.refresh(order.order_id);
  }

  /** Take the order's present state into the list. */
  async refresh(orderId: string): Promise<void> {
    const fresh = await ok(api.GET("/api/orders/{order_id}", { params: { path: { order_id: orderId } } }));
    this.items = (this.items ?? []).map((order) => (order.order_id === orderId ? fresh : order));
  }
}
