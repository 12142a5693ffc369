import { describe, expect, it } from "vitest";
import { checkDraft, draftOf, emptyDraft, emptySku, readPrice, readStock, skuInputs, textOfPrice } from "../../src/console/products/draft";

const product = {
  product_id: "p1",
  shop_id: "s1",
  title: "丹东草莓",
  description: "",
  picture_urls: [],
  state: "on_sale" as const,
  category: "other",
  currency: "CNY",
  version: 1,
  skus: [
    { sku_id: "k1", product_id: "p1", shop_id: "s1", name: "3斤装", price_minor: 5990, available: 12, weight_g: 0 },
    { sku_id: "k2", product_id: "p1", shop_id: "s1", name: "5斤装", price_minor: 9900, available: 3, weight_g: 0 },
  ],
};

describe("a price as it is typed", () => {
  it.each([
    ["19.9", 1990],
    ["19.90", 1990],
    ["0.01", 1],
    [" ¥8 ", 800],
    ["１９．９", 1990],
    ["1.1", 110],
    ["4.35", 435],
  ])("%s is taken to the fen", (text, minor) => expect(readPrice(text)).toBe(minor));

  it.each([
    ["", "required"],
    ["abc", "price_malformed"],
    ["1.999", "price_malformed"],
    ["-1", "price_malformed"],
    ["1e3", "price_malformed"],
    ["0", "price_zero"],
    ["1000000.01", "price_too_high"],
  ])("%s is refused with its reason", (text, reason) => expect(readPrice(text)).toBe(reason));

  it("is written back as it would be typed", () => {
    for (const minor of [1, 99, 100, 1990, 100_000_000]) expect(readPrice(textOfPrice(minor))).toBe(minor);
  });
});

it("takes a stock of whole pieces only", () => {
  expect(readStock("０")).toBe(0);
  expect(readStock("120")).toBe(120);
  expect(readStock("1.5")).toBe("stock_malformed");
  expect(readStock("-3")).toBe("stock_malformed");
});

const plain = { option_values: [], code: null, barcode: null, picture_url: null };

describe("a product being edited", () => {
  it("names every field that is wrong, and lets a single variant go without a name", () => {
    const draft = emptyDraft();
    expect(checkDraft(draft)).toEqual({ title: "required", "skus.0.price_minor": "required", "skus.0.stock": "required" });
    draft.skus.push(emptySku());
    expect(checkDraft(draft)).toMatchObject({ "skus.0.name": "required", "skus.1.name": "required" });
  });

  it("refuses two variants that a buyer could not tell apart", () => {
    const draft = draftOf(product);
    (draft.skus[1] as { name: string }).name = " 3斤装 ";
    expect(checkDraft(draft)).toEqual({ "skus.1.name": "sku_name_twice" });
  });

  it("does not put back pieces sold meanwhile: a stock that was not touched is not sent", () => {
    const draft = draftOf(product);
    (draft.skus[1] as { stock: string }).stock = "30";
    expect(skuInputs(draft, "默认")).toEqual([
      { sku_id: "k1", name: "3斤装", price_minor: 5990, weight_g: 0, ...plain },
      { sku_id: "k2", name: "5斤装", price_minor: 9900, weight_g: 0, stock: 30, ...plain },
    ]);
  });
});
