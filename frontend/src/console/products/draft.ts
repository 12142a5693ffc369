/** A product as it is being typed, and what it becomes. Pure. */
import { parseMoney } from "../../lib/format";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Product } from "../state/wire";

export type ProductState = Product["state"];
export type SkuDraft = { key: number; skuId: string | null; name: string; price: string; stock: string; stockWas: string | null; weight: string };
export type ProductDraft = { title: string; description: string; pictures: string[]; state: ProductState; skus: SkuDraft[]; category: string; freightTemplateId: string; limit: string };
export type DraftErrors = Record<string, MessageKey>;
export type SkuInput = { sku_id?: string; name: string; price_minor: number; stock?: number; weight_g: number };

export const MAX_PICTURES = 9;
export const MAX_SKUS = 50;
const MAX_PRICE_MINOR = 100_000_000;
const MAX_STOCK = 100_000_000;
const MAX_WEIGHT_G = 1_000_000;

let lastKey = 0;

export function emptySku(): SkuDraft {
  return { key: ++lastKey, skuId: null, name: "", price: "", stock: "", stockWas: null, weight: "" };
}

export function emptyDraft(): ProductDraft {
  return { title: "", description: "", pictures: [], state: "on_sale", skus: [emptySku()], category: "other", freightTemplateId: "", limit: "" };
}

export function draftOf(product: Product): ProductDraft {
  const skus = product.skus.map((sku) => {
    const stock = String(sku.available);
    return { key: ++lastKey, skuId: sku.sku_id, name: sku.name, price: textOfPrice(sku.price_minor), stock, stockWas: stock, weight: sku.weight_g ? String(sku.weight_g / 1000) : "" };
  });
  return {
    title: product.title,
    description: product.description,
    pictures: [...product.picture_urls],
    state: product.state,
    skus,
    category: product.category ?? "other",
    freightTemplateId: product.freight_template_id ?? "",
    limit: product.limit_per_buyer ? String(product.limit_per_buyer) : "",
  };
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

/** Kilograms of one piece, packed, in grams; nothing typed is no weight. */
export function readWeight(text: string): number | MessageKey {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return 0;
  const weight = /^\d{1,4}(\.\d{1,3})?$/.test(plain) ? Math.round(Number(plain) * 1000) : Number.NaN;
  return weight <= MAX_WEIGHT_G ? weight : "weight_malformed";
}

/** Pieces that one account may buy; null: as many as one likes. */
export function readLimit(text: string): number | null | MessageKey {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return null;
  return /^[1-9]\d{0,5}$/.test(plain) ? Number(plain) : "count_malformed";
}

export function checkDraft(draft: ProductDraft): DraftErrors {
  const errors: DraftErrors = {};
  if (!draft.title.trim()) errors.title = "required";
  const limit = readLimit(draft.limit);
  if (typeof limit === "string") errors.limit_per_buyer = limit;
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
    const weight = readWeight(sku.weight);
    if (typeof weight === "string") errors[`skus.${index}.weight_g`] = weight;
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
    weight_g: Number(readWeight(sku.weight)),
    ...(sku.stock.trim() === sku.stockWas ? {} : { stock: Number(readStock(sku.stock)) }),
  }));
}
