import { describe, expect, it } from "vitest";
import type { CartItem, CartShop, CartView } from "../src/viewer/cart/api";
import { buyableIds, changesOf, chosenShops, mostOf, quantityOf, sumMinor, wantedOf } from "../src/viewer/cart/selection";

const item = (sku_id: string, change: Partial<CartItem> = {}): CartItem => ({
  sku_id,
  product_id: `p-${sku_id}`,
  room_id: "r1",
  video_id: null,
  video_at_ms: null,
  title: "草莓",
  sku_name: "3 斤",
  picture_url: null,
  quantity: 2,
  price_minor: 1000,
  added_price_minor: 1000,
  available: 10,
  on_sale: true,
  limit_per_buyer: null,
  is_external: false,
  ...change,
});
const shop = (shop_id: string, items: CartItem[], is_open = true): CartShop => ({ shop_id, shop_name: shop_id, is_open, items });
const cart: CartView = {
  count: 5,
  shops: [
    shop("s1", [item("a"), item("gone", { on_sale: false }), item("out", { available: 0 })]),
    shop("s2", [item("b", { price_minor: 2000 })]),
    shop("closed", [item("c")], false),
  ],
};

describe("the cart", () => {
  it("offers for choosing only what can be bought", () => {
    expect(buyableIds(cart)).toEqual(["a", "b"]);
  });

  it("orders what is chosen, grouped by shop, from the room it was seen in", () => {
    const shops = chosenShops(cart, new Set(["a", "b", "gone", "c"]));
    expect(shops.map((one) => one.shop_id)).toEqual(["s1", "s2"]);
    expect(sumMinor(shops)).toBe(6000);
    expect(wantedOf(shops)).toEqual([
      { skuId: "a", shopId: "s1", quantity: 2, priceMinor: 1000, source: { room_id: "r1" } },
      { skuId: "b", shopId: "s2", quantity: 2, priceMinor: 2000, source: { room_id: "r1" } },
    ]);
  });

  it("asks for a new price only once the buyer has said yes to it", () => {
    const shops = chosenShops(cart, new Set(["a"]));
    expect(wantedOf(shops, { a: 1200 })[0]?.priceMinor).toBe(1200);
  });

  it("takes no more than is left or than one buyer may have, and says so", () => {
    const few = item("a", { quantity: 8, available: 3 });
    expect([quantityOf(few), mostOf(few)]).toEqual([3, 3]);
    expect(changesOf(few)).toEqual([{ kind: "few", left: 3 }]);
    const limited = item("a", { quantity: 8, limit_per_buyer: 2 });
    expect(quantityOf(limited)).toBe(2);
    expect(changesOf(limited)).toEqual([{ kind: "over_limit", limit: 2 }]);
  });

  it("tells what changed since it was put in", () => {
    expect(changesOf(item("a"))).toEqual([]);
    expect(changesOf(item("a", { price_minor: 900 }))).toEqual([{ kind: "cheaper", byMinor: 100 }]);
    expect(changesOf(item("a", { price_minor: 1300 }))).toEqual([{ kind: "dearer", byMinor: 300 }]);
    expect(changesOf(item("a", { on_sale: false, price_minor: 900 }))).toEqual([{ kind: "gone" }]);
    expect(changesOf(item("a", { available: 0 }))).toEqual([{ kind: "sold_out" }]);
  });
});
