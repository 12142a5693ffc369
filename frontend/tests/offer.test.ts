import { describe, expect, it } from "vitest";
import { type BagItem, type BagSku, type RoomFold, applyMoment, available, flashOf, priceRange } from "../src/lib/live/fold";
import { early, offerOf } from "../src/lib/live/offer";

const sale = { flash_sale_id: "f1", price_minor: 5900, left: 8, limit_per_buyer: 2, starts_at_ms: 1000, ends_at_ms: 2000 };
const sku = (change: Partial<BagSku> = {}): BagSku => ({
  sku_id: "k1",
  name: "3 斤",
  price_minor: 8900,
  list_price_minor: 9900,
  available: 40,
  flash_sale: sale,
  ...change,
});
const item = (skus: BagSku[]) => ({ product_id: "p1", title: "草莓", currency: "CNY", skus }) as unknown as BagItem;

describe("a flash sale", () => {
  it("counts from its start to its end, while its pieces last", () => {
    expect(offerOf(sku(), 999)).toMatchObject({ priceMinor: 8900, wasMinor: 9900, available: 40, flash: null, next: sale });
    expect(offerOf(sku(), 1000)).toMatchObject({ priceMinor: 5900, wasMinor: 9900, available: 8, flash: sale, next: null });
    expect(offerOf(sku(), 2000)).toMatchObject({ priceMinor: 8900, available: 40, flash: null, next: null });
    expect(offerOf(sku({ flash_sale: { ...sale, left: 0 } }), 1500)).toMatchObject({ priceMinor: 8900, available: 40, flash: null });
  });

  it("is open before its start to members alone whom the server lets in", () => {
    const first = { ...sale, opens_at_ms: 500, early_level: 2 };
    expect(offerOf(sku({ flash_sale: first }), 600)).toMatchObject({ priceMinor: 8900, flash: null, next: first });
    early.add("f1");
    expect(offerOf(sku({ flash_sale: first }), 499)).toMatchObject({ priceMinor: 8900, flash: null, next: first });
    expect(offerOf(sku({ flash_sale: first }), 600)).toMatchObject({ priceMinor: 5900, available: 8, flash: first, next: null });
    expect(offerOf(sku(), 600)).toMatchObject({ priceMinor: 8900, flash: null, next: sale });
    early.delete("f1");
  });

  it("gives way to a host's price that is lower still", () => {
    expect(offerOf(sku({ price_minor: 4900 }), 1500)).toMatchObject({ priceMinor: 4900, available: 40, flash: null });
  });

  it("shows in the bag and on the card with its own price and pieces", () => {
    const both = item([sku(), sku({ sku_id: "k2", flash_sale: null, price_minor: 12_900, list_price_minor: 12_900 })]);
    expect(priceRange(both, 1500)).toEqual({ minor: 5900, listMinor: 9900, isFrom: true });
    expect(available(both, 1500)).toBe(48);
    expect(flashOf(both, 1500)).toEqual({ sale, isOn: true });
    expect(flashOf(both, 500)).toEqual({ sale, isOn: false });
    expect(flashOf(both, 2500)).toBeNull();
  });

  it("sells from its own pieces: a stock moment says whose they are", () => {
    const fold = { bag: [item([sku()])] } as unknown as RoomFold;
    const moment = { kind: "stock" as const, at_ms: 1, product_id: "p1", sku_id: "k1", available: 3 };
    const set = applyMoment(fold, { ...moment, stock_id: "f1" }).bag[0]?.skus[0];
    expect([set?.available, set?.flash_sale?.left]).toEqual([40, 3]);
    const own = applyMoment(fold, { ...moment, stock_id: "k1" }).bag[0]?.skus[0];
    expect([own?.available, own?.flash_sale?.left]).toEqual([3, 8]);
  });
});
