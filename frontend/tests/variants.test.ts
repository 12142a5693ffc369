import { describe, expect, it } from "vitest";
import { type Variant, choose, stateOf, swatchesOf, variantsOf } from "../src/viewer/buy/variants";

const of = (name: string, available = 5, pictureUrl: string | null = null): Variant => ({
  skuId: name,
  values: name.split(" "),
  available,
  pictureUrl,
});
const TEES = [of("红 S"), of("红 M", 0), of("白 S"), of("黑 M"), of("黑 L", 0)];

describe("choosing a SKU option by option", () => {
  it("says which values can be had of what was chosen before", () => {
    const states = (index: number, values: string[]) => values.map((value) => stateOf(TEES, ["红", "S"], index, value));
    expect(states(0, ["红", "白", "黑", "蓝"])).toEqual(["free", "free", "free", "none"]);
    expect(states(1, ["S", "M", "L"])).toEqual(["free", "sold_out", "none"]);
  });

  it("keeps the other values, even where that is sold out", () => {
    expect(choose(TEES, ["黑", "M"], 0, "红")).toMatchObject({ variant: { skuId: "红 M" }, isMoved: false });
  });

  it("takes another one that can be had, and says so, only where the combination is not made", () => {
    expect(choose(TEES, ["红", "S"], 0, "黑")).toMatchObject({ variant: { skuId: "黑 M" }, isMoved: true });
    expect(choose(TEES, ["红", "S"], 1, "L")).toBeNull();
  });

  it("reaches every SKU from any other", () => {
    for (const start of TEES) {
      for (const goal of TEES) {
        const first = choose(TEES, start.values, 0, goal.values[0] ?? "");
        const then = first && choose(TEES, first.variant.values, 1, goal.values[1] ?? "");
        expect(then?.variant.skuId).toBe(goal.skuId);
      }
    }
  });

  it("starts from nothing when the chosen one is gone", () => {
    expect(choose(TEES, [], 0, "白")).toMatchObject({ variant: { skuId: "白 S" }, isMoved: false });
  });

  it("keeps the flat list where there are no options, or a SKU is newer than what is known of the product", () => {
    const skus = [{ sku_id: "1", option_values: ["红"] }];
    expect(variantsOf(0, skus, [{ skuId: "1", available: 1 }])).toBeNull();
    expect(variantsOf(1, skus, [{ skuId: "1", available: 1 }])).toHaveLength(1);
    expect(variantsOf(1, skus, [{ skuId: "1", available: 1 }, { skuId: "2", available: 1 }])).toBeNull();
  });

  it("shows a picture on each colour whose sizes share one", () => {
    expect([...swatchesOf([of("红 S", 1, "r"), of("红 M", 1, "r"), of("白 S", 1, "w")])]).toEqual([["红", "r"], ["白", "w"]]);
    expect(swatchesOf([of("红 S", 1, "a"), of("红 M", 1, "b"), of("白 S", 1, "w")]).size).toBe(0);
  });
});
