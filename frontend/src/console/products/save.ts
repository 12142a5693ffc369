/** How a draft reaches the server. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { SkuInput } from "./draft";

const FIELDS =
  /^(title|description|picture_urls|video_url|state|category|freight_template_id|limit_per_buyer|options|attributes|provenance|skus|provenance\.\d+\.title|skus\.\d+\.(name|price_minor|stock|weight_g|code|barcode))$/;

/** Whether the form has a place to show what is wrong with it. */
export function isKnownField(field: string): boolean {
  return FIELDS.test(field);
}

/** A product that is not there yet. */
export function newProductOf(common: Omit<Schemas["ProductEdit"], "skus">, skus: SkuInput[]): Schemas["NewProduct"] {
  const { title = "", description = "", picture_urls = [], state = "draft", category = "other", ...rest } = common;
  const fresh = skus.map(({ sku_id: _, stock, ...sku }) => ({ ...sku, stock: stock ?? 0, weight_g: sku.weight_g ?? 0 }));
  return { ...rest, category, title, description, picture_urls, state, skus: fresh };
}
