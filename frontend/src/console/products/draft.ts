/** A product as it is being typed, and what it becomes. Pure. */
import { parseMoney } from "../../lib/format";
import type { Schemas } from "../../lib/api/client";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Product } from "../state/wire";
import { type OptionDraft, type Variant, cleanOptions } from "./matrix";

export type ProductState = Product["state"];
/** What a seller wishes; whether it must be looked at first is the platform's matter. */
export type Wish = "on_sale" | "draft" | "off";
export type StageKind = Schemas["StageKind"];
export type SkuDraft = Variant & {
  key: number;
  skuId: string | null;
  name: string;
  price: string;
  stock: string;
  stockWas: string | null;
  weight: string;
  code: string;
  barcode: string;
  picture: string | null;
};
export type AttributeDraft = { key: number; name: string; value: string };
export type StageDraft = { key: number; kind: StageKind; title: string; place: string; day: string; note: string; picture: string | null; video: string | null };
/** Where goods are sold, if not here. */
export type ExternalDraft = { url: string; source: string; refName: string };
export type ProductDraft = {
  title: string;
  description: string;
  pictures: string[];
  video: string | null;
  state: Wish;
  options: OptionDraft[];
  /** Combinations that are not sold. */
  excluded: string[];
  skus: SkuDraft[];
  category: string;
  freightTemplateId: string;
  limit: string;
  attributes: AttributeDraft[];
  provenance: StageDraft[];
  external: ExternalDraft | null;
};
export type DraftErrors = Record<string, MessageKey>;
export type SkuInput = Schemas["SkuEdit"];

export const MAX_PICTURES = 9;
export const MAX_SKUS = 500;
export const MAX_STAGES = 20;
export const MAX_ATTRIBUTES = 50;
const MAX_PRICE_MINOR = 100_000_000;
const MAX_STOCK = 100_000_000;
const MAX_WEIGHT_G = 1_000_000;

let lastKey = 0;
export const newKey = (): number => ++lastKey;

export function emptySku(): SkuDraft {
  return { key: newKey(), skuId: null, values: [], name: "", price: "", stock: "", stockWas: null, weight: "", code: "", barcode: "", picture: null };
}

export function emptyStage(kind: StageKind): StageDraft {
  return { key: newKey(), kind, title: "", place: "", day: "", note: "", picture: null, video: null };
}

export function emptyDraft(): ProductDraft {
  return {
    title: "",
    description: "",
    pictures: [],
    video: null,
    state: "on_sale",
    options: [],
    excluded: [],
    skus: [emptySku()],
    category: "other",
    freightTemplateId: "",
    limit: "",
    attributes: [],
    provenance: [],
    external: null,
  };
}

/** What is typed goes on from what waits for the platform, if anything does. */
export function draftOf(product: Product): ProductDraft {
  const content = product.pending ?? product;
  return {
    title: content.title,
    description: content.description,
    pictures: [...content.picture_urls],
    video: content.video_url ?? null,
    state: wishOf(product.state),
    options: (product.options ?? []).map((option) => ({ key: newKey(), name: option.name, values: [...option.values] })),
    excluded: excludedOf(product),
    skus: product.skus.map((sku) => {
      const stock = String(sku.available);
      return {
        key: newKey(),
        skuId: sku.sku_id,
        values: [...(sku.option_values ?? [])],
        name: sku.name,
        price: textOfPrice(sku.price_minor),
        stock,
        stockWas: stock,
        weight: sku.weight_g ? String(sku.weight_g / 1000) : "",
        code: sku.code ?? "",
        barcode: sku.barcode ?? "",
        picture: sku.picture_url ?? null,
      };
    }),
    category: content.category ?? "other",
    freightTemplateId: product.freight_template_id ?? "",
    limit: product.limit_per_buyer ? String(product.limit_per_buyer) : "",
    attributes: (content.attributes ?? []).map((one) => ({ key: newKey(), name: one.name, value: one.value })),
    provenance: (content.provenance ?? []).map((stage) => ({
      key: newKey(),
      kind: stage.kind,
      title: stage.title ?? "",
      place: stage.place ?? "",
      day: stage.day ?? "",
      note: stage.note ?? "",
      picture: stage.picture_url ?? null,
      video: stage.video_url ?? null,
    })),
    external: product.external ? { url: product.external.url, source: product.external.source_name, refName: product.external.ref_name ?? "ref" } : null,
  };
}

function wishOf(state: ProductState): Wish {
  if (state === "in_review") return "on_sale";
  return state === "rejected" ? "draft" : state;
}

function excludedOf(product: Product): string[] {
  const options = product.options ?? [];
  if (options.length === 0) return [];
  const sold = new Set(product.skus.map((sku) => JSON.stringify(sku.option_values ?? [])));
  const all = options.reduce<string[][]>((rows, option) => rows.flatMap((row) => option.values.map((value) => [...row, value])), [[]]);
  return all.map((values) => JSON.stringify(values)).filter((key) => !sold.has(key));
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
  if (draft.external && !/^https:\/\/\S+$/.test(draft.external.url.trim())) errors["external.url"] = "external_url_malformed";
  if (draft.external && !draft.external.source.trim()) errors["external.source_name"] = "required";
  const hasOptions = cleanOptions(draft.options).length > 0;
  const seen = { name: new Set<string>(), code: new Set<string>() };
  for (const [index, sku] of draft.skus.entries()) {
    const name = sku.name.trim();
    if (!hasOptions) {
      if (!name && draft.skus.length > 1) errors[`skus.${index}.name`] = "required";
      else if (seen.name.has(name)) errors[`skus.${index}.name`] = "sku_name_twice";
      seen.name.add(name);
    }
    const price = readPrice(sku.price);
    if (typeof price === "string") errors[`skus.${index}.price_minor`] = price;
    const stock = readStock(sku.stock);
    if (typeof stock === "string") errors[`skus.${index}.stock`] = stock;
    const weight = readWeight(sku.weight);
    if (typeof weight === "string") errors[`skus.${index}.weight_g`] = weight;
    const code = sku.code.trim();
    if (code && seen.code.has(code)) errors[`skus.${index}.code`] = "code_twice";
    seen.code.add(code);
  }
  for (const [index, one] of draft.attributes.entries()) {
    if (!one.name.trim() !== !one.value.trim()) errors[`attributes.${index}`] = "required";
  }
  for (const [index, stage] of draft.provenance.entries()) {
    if (stage.kind === "custom" && !stage.title.trim()) errors[`provenance.${index}.title`] = "required";
  }
  if (draft.skus.length === 0) errors.skus = "skus_none";
  if (draft.skus.length > MAX_SKUS) errors.skus = "skus_too_many";
  return errors;
}

/**
 * The SKUs as the API takes them; the draft must have been checked. A stock that was not touched is left out, so that
 * pieces sold since the page was opened are not put back.
 */
export function skuInputs(draft: ProductDraft, onlyName: string): SkuInput[] {
  const hasOptions = cleanOptions(draft.options).length > 0;
  return draft.skus.map((sku) => ({
    ...(sku.skuId ? { sku_id: sku.skuId } : {}),
    name: hasOptions ? sku.values.join(" ") : sku.name.trim() || onlyName,
    option_values: hasOptions ? sku.values : [],
    price_minor: Number(readPrice(sku.price)),
    weight_g: Number(readWeight(sku.weight)),
    code: sku.code.trim() || null,
    barcode: sku.barcode.trim() || null,
    picture_url: sku.picture,
    ...(sku.stock.trim() === sku.stockWas ? {} : { stock: Number(readStock(sku.stock)) }),
  }));
}

/** All but the SKUs, as the API takes it. */
export function productInput(draft: ProductDraft): Omit<Schemas["ProductEdit"], "skus"> {
  return {
    title: draft.title.trim(),
    description: draft.description.trim(),
    picture_urls: draft.pictures,
    video_url: draft.video,
    state: draft.state,
    options: cleanOptions(draft.options),
    category: draft.category,
    freight_template_id: draft.freightTemplateId || null,
    limit_per_buyer: readLimit(draft.limit) as number | null,
    attributes: draft.attributes.filter((one) => one.name.trim()).map((one) => ({ name: one.name.trim(), value: one.value.trim() })),
    provenance: draft.provenance.map((stage) => ({
      kind: stage.kind,
      title: stage.title.trim(),
      place: stage.place.trim(),
      day: stage.day || null,
      note: stage.note.trim(),
      picture_url: stage.picture,
      video_url: stage.video,
    })),
    ...(draft.external ? { external: { url: draft.external.url.trim(), source_name: draft.external.source.trim(), ref_name: draft.external.refName } } : {}),
  };
}
