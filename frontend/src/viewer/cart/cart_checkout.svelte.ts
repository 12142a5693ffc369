/** The cart as something to choose from and to order. */
import { Checkout } from "../buy/checkout.svelte";
import { cart } from "../state/cart.svelte";
import type { CartItem, CartShop } from "./api";
import { buyableIds, chosenShops, sumMinor, wantedOf } from "./selection";

export class CartCheckout {
  readonly checkout = new Checkout(() => wantedOf(this.shops, this.#prices), true);
  /** What the buyer has taken out of the selection: all else is chosen, also what comes into the cart later. */
  #left = $state.raw<ReadonlySet<string>>(new Set());
  /** Prices that the buyer has seen and means to pay: a later one is asked for first. */
  #prices = $state.raw<Record<string, number>>({});

  readonly chosen = $derived.by(() => new Set(buyableIds(cart.view ?? { shops: [], count: 0 }).filter((id) => !this.#left.has(id))));
  readonly shops = $derived.by((): CartShop[] => (cart.view ? chosenShops(cart.view, this.chosen) : []));
  readonly count = $derived(this.shops.reduce((sum, shop) => sum + shop.items.length, 0));

  get sumMinor(): number {
    return sumMinor(this.shops);
  }

  priceOf(item: CartItem): number {
    return this.#prices[item.sku_id] ?? item.price_minor;
  }

  isChosen(skuId: string): boolean {
    return this.chosen.has(skuId);
  }

  choose(skuIds: string[], isWanted: boolean): void {
    const left = new Set(this.#left);
    for (const id of skuIds) {
      if (isWanted) left.delete(id);
      else left.add(id);
    }
    this.#left = left;
  }

  /** What is confirmed is what is seen now; the cart may learn of other prices meanwhile. */
  freeze(): void {
    this.#prices = Object.fromEntries(this.shops.flatMap((shop) => shop.items).map((item) => [item.sku_id, item.price_minor]));
    this.checkout.refusal = null;
  }

  thaw(): void {
    this.#prices = {};
  }

  takePrice(skuId: string, priceMinor: number): void {
    this.#prices = { ...this.#prices, [skuId]: priceMinor };
    this.checkout.refusal = null;
  }
}
