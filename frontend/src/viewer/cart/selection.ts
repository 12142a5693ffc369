/** What of the cart can be bought, what is chosen, and what changed since it was put in. Pure. */
import type { Wanted } from "../buy/checkout.svelte";
import { sourceOf } from "../place/place";
import type { CartItem, CartShop, CartView } from "./api";

export type Change =
  | { kind: "gone" }
  | { kind: "sold_elsewhere" }
  | { kind: "sold_out" }
  | { kind: "few"; left: number }
  | { kind: "over_limit"; limit: number }
  | { kind: "cheaper"; byMinor: number }
  | { kind: "dearer"; byMinor: number };

export function isBuyable(shop: CartShop, item: CartItem): boolean {
  return shop.is_open && item.on_sale && !item.is_external && item.available > 0;
}

/** How many can be taken at most. */
export function mostOf(item: CartItem): number {
  return Math.max(1, Math.min(99, item.available, item.limit_per_buyer ?? 99));
}

/** How many are taken: what was put in, as far as it can still be had. */
export function quantityOf(item: CartItem): number {
  return Math.min(item.quantity, mostOf(item));
}

/** The most important of what the buyer should know before buying. */
export function changesOf(item: CartItem): Change[] {
  if (!item.on_sale) return [{ kind: "gone" }];
  if (item.is_external) return [{ kind: "sold_elsewhere" }];
  if (item.available < 1) return [{ kind: "sold_out" }];
  const changes: Change[] = [];
  if (item.quantity > item.available) changes.push({ kind: "few", left: item.available });
  else if (item.limit_per_buyer !== null && item.quantity > item.limit_per_buyer) {
    changes.push({ kind: "over_limit", limit: item.limit_per_buyer });
  }
  const byMinor = item.price_minor - item.added_price_minor;
  if (byMinor < 0) changes.push({ kind: "cheaper", byMinor: -byMinor });
  if (byMinor > 0) changes.push({ kind: "dearer", byMinor });
  return changes;
}

export function buyableIds(cart: CartView): string[] {
  return cart.shops.flatMap((shop) => shop.items.filter((item) => isBuyable(shop, item)).map((item) => item.sku_id));
}

/** Those chosen that can still be bought, by shop; shops without any are left out. */
export function chosenShops(cart: CartView, chosen: ReadonlySet<string>): CartShop[] {
  return cart.shops
    .map((shop) => ({ ...shop, items: shop.items.filter((item) => chosen.has(item.sku_id) && isBuyable(shop, item)) }))
    .filter((shop) => shop.items.length > 0);
}

export function sumMinor(shops: readonly CartShop[]): number {
  return shops.flatMap((shop) => shop.items).reduce((sum, item) => sum + item.price_minor * quantityOf(item), 0);
}

/** The lines to order. `prices` are those that the buyer has said yes to since the cart was read. */
export function wantedOf(shops: readonly CartShop[], prices: Readonly<Record<string, number>> = {}): Wanted[] {
  return shops.flatMap((shop) =>
    shop.items.map((item) => ({
      skuId: item.sku_id,
      shopId: shop.shop_id,
      quantity: quantityOf(item),
      priceMinor: prices[item.sku_id] ?? item.price_minor,
      source: sourceOf(item),
    })),
  );
}
