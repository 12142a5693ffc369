/** The buyer's orders, newest first, and what can be done with each. */
import { ApiProblem } from "../../lib/api/client";
import { type Order, type OrderState, cancelOrder, confirmReceipt, getOrder, listOrders } from "./api";
import { type Tab, statesOf } from "./tabs";

export type { Order } from "./api";

const PAGE = 10;

export class OrderList {
  items = $state.raw<Order[] | null>(null);
  isLoading = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  tab = $state<Tab>("all");
  /** Where to go on, by state asked for; those that have no more are gone. */
  #cursors = $state.raw<[OrderState | null, string][]>([]);
  #round = 0;

  get hasMore(): boolean {
    return this.#cursors.length > 0;
  }

  async show(tab: Tab): Promise<void> {
    this.tab = tab;
    this.items = null;
    this.#cursors = [];
    await this.load();
  }

  async load(): Promise<void> {
    const states = statesOf(this.tab);
    await this.#read(states.map((state) => [state, undefined]), []);
  }

  async loadMore(): Promise<void> {
    await this.#read(this.#cursors, this.items ?? []);
  }

  async #read(wanted: [OrderState | null, string | undefined][], before: Order[]): Promise<void> {
    const round = ++this.#round;
    this.isLoading = true;
    try {
      const pages = await Promise.all(wanted.map(([state, cursor]) => listOrders(state, PAGE, cursor)));
      if (round !== this.#round) return;
      const items = [...before, ...pages.flatMap((page) => page.items)];
      this.items = items.sort((a, b) => b.placed_at_ms - a.placed_at_ms);
      this.#cursors = pages.flatMap((page, index): [OrderState | null, string][] =>
        page.next_cursor ? [[wanted[index]?.[0] ?? null, page.next_cursor]] : [],
      );
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (round === this.#round) this.problem = error;
    } finally {
      if (round === this.#round) this.isLoading = false;
    }
  }

  find(orderId: string): Order | null {
    return this.items?.find((order) => order.order_id === orderId) ?? null;
  }

  /** Those unpaid ones that were placed together with this one: they are paid together. */
  placedWith(order: Order): Order[] {
    const unpaid = (this.items ?? []).filter((one) => one.checkout_id === order.checkout_id && one.state === "pending_payment");
    return unpaid.length > 0 ? unpaid : [order];
  }

  async cancel(order: Order): Promise<void> {
    await cancelOrder(order.order_id);
    await this.refresh(order.order_id);
  }

  async confirmReceipt(order: Order): Promise<void> {
    await confirmReceipt(order.order_id);
    await this.refresh(order.order_id);
  }

  /** Take the order's present state into the list. */
  async refresh(orderId: string): Promise<Order> {
    const fresh = await getOrder(orderId);
    const items = this.items ?? [];
    const isKnown = items.some((order) => order.order_id === orderId);
    this.items = isKnown ? items.map((order) => (order.order_id === orderId ? fresh : order)) : [...items, fresh];
    return fresh;
  }
}
