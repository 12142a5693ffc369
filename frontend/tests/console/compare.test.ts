import { expect, it } from "vitest";
import { type Snapshot, differences } from "../../src/console/products/compare";

const SKU = { sku_id: "1", name: "一件", price_minor: 1000, weight_g: 0 };
const SNAPSHOT: Snapshot = { title: "草莓", description: "", picture_urls: [], category: "fresh", state: "draft", currency: "CNY", skus: [SKU] };

it("says what is different between two versions in the reader's words", () => {
  const now: Snapshot = { ...SNAPSHOT, state: "on_sale", provenance: [{ kind: "grown", title: "", place: "丹东", note: "" }], skus: [{ ...SKU, price_minor: 1200 }] };
  expect(differences(SNAPSHOT, now, (kind, value) => `${kind}:${value}`)).toEqual([
    { what: "state", before: "state:draft", after: "state:on_sale" },
    { what: "provenance", before: "", after: "stage:grown 丹东" },
    { what: "price", before: "¥10.00", after: "¥12.00", detail: "一件" },
  ]);
});
