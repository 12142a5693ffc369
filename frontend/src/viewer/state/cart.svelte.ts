/** The buyer's cart, as the server knows it; any page may show how much is in it. */
import { ApiProblem } from "../../lib/api/client";
import { type CartView, getCart, putItem, removeItem } from "../cart/api";
import type { Source } from "../place/place";

const EMPTY: CartView = { shops: [], count: 0 };
const MOST = 99;

class Cart {
  /** Null until the server has answered. */
  view = $state.raw<CartView | null>(null);
  problem = $state.raw<ApiProblem | null>(null);

  get count(): number {
    return this.view?.count ?? 0;
  }

  async load(): Promise<void> {
    try {
      this.view = await getCart();
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error;
    }
  }

  quantityOf(skuId: string): number {
    const items = (this.view ?? EMPTY).shops.flatMap((shop) => shop.items);
    return items.find((item) => item.sku_id === skuId)?.quantity ?? 0;
  }

  /** Put so many more into it. */
  async add(skuId: string, quantity: number, source: Source): Promise<void> {
    if (!this.view) await this.load();
    await putItem(skuId, Math.min(MOST, this.quantityOf(skuId) + quantity), source);
    await this.load();
  }

  async set(skuId: string, quantity: number, source: Source): Promise<void> {
    await putItem(skuId, quantity, source);
    await this.load();
  }

  async remove(skuIds: string[]): Promise<void> {
    await Promise.all(skuIds.map((skuId) => removeItem(skuId)));
    await this.load();
  }

  /** Somebody else sits here now. */
  forget(): void {
    this.view = null;
    this.problem = null;
  }
}

export const cart = new Cart();
