/** A product as it is being typed, and what it becomes. Pure. */
import { parseMoney } from "../../lib/format";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Product } from "../state/wire";

export type ProductState = Product["state"];
export type SkuDraft = { key: number; skuId: string | null; name: string; price: string; stock: string; stockWas: string | null };
export type ProductDraft = { title: string; description: string; pictures: string[]; state: ProductState; skus: SkuDraft[] };
export type DraftErrors = Record<string, MessageKey>;
export type SkuInput = { sku_id?: string; name: string; price_minor: number; stock?: number };

export const MAX_PICTURES = 9;
export const MAX_SKUS = 50;
const MAX_PRICE_MINOR = 100_000_000;
const MAX_STOCK = 100_000_000;

let lastKey = 0;

export function emptySku(): SkuDraft {
  return { key: ++lastKey, skuId: null, name: "", price: "", stock: "", stockWas: null };
}

export function emptyDraft(): ProductDraft {
  return { title: "", description: "", pictures: [], state: "on_sale", skus: [emptySku()] };
}

export function draftOf(product: Product): ProductDraft {
  const skus = product.skus.map((sku) => {
    const stock = String(sku.available);
    return { key: ++lastKey, skuId: sku.sku_id, name: sku.name, price: textOfPrice(sku.price_minor), stock, stockWas: stock };
  });
  return { title: product.title, description: product.description, pictures: [...product.picture_urls], state: product.state, skus };
}

/** `1990` → `19.90`, as one would type it. */
export function textOfPrice(minor: number): string {
  return `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
}

/** A price that a product may have, or what is wrong with the text. */
export function readPrice(text: string): number | MessageKey {
  if (!text.trim()) return "required";
  const minor = parseMoney(text.normalize("NFKC"));
  if (minor === null) return "price_malformed";
  if (minor < 1) return "price_zero";
  return minor > MAX_PRICE_MINOR ? "price_too_high" : minor;
}

/** A count of pieces, or what is wrong with the text. */
export function readStock(text: string): number | MessageKey {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return "required";
  if (!/^\d{1,9}$/.test(plain)) return "stock_malformed";
  return Number(plain) > MAX_STOCK ? "stock_too_high" : Number(plain);
}

export function checkDraft(draft: ProductDraft): DraftErrors {
  const errors: DraftErrors = {};
  if (!draft.title.trim()) errors.title = "required";
  const seen = new Set<string>();
  for (const [index, sku] of draft.skus.entries()) {
    const name = sku.name.trim();
    if (!name && draft.skus.length > 1) errors[`skus.${index}.name`] = "required";
    else if (seen.has(name)) errors[`skus.${index}.name`] = "sku_name_twice";
    seen.add(name);
    const price = readPrice(sku.price);
    if (typeof price === "string") errors[`skus.${index}.price_minor`] = price;
    const stock = readStock(sku.stock);
    if (typeof stock === "string") errors[`skus.${index}.stock`] = stock;
  }
  return errors;
}

/**
 * The SKUs as the API takes them; the draft must have been checked. A stock that was not touched is left out, so that
 * pieces sold since the page was opened are not put back.
 */
export function skuInputs(draft: ProductDraft, onlyName: string): SkuInput[] {
  return draft.skus.map((sku) => ({
    ...(sku.skuId ? { sku_id: sku.skuId } : {}),
    name: sku.name.trim() || onlyName,
    price_minor: Number(readPrice(sku.price)),
    ...(sku.stock.trim() === sku.stockWas ? {} : { stock: Number(readStock(sku.stock)) }),
  }));
}
