/** Deeds over many products, and what became of each. */
import type { Schemas } from "../../lib/api/client";
import { t, tOr } from "../../lib/i18n/index.svelte";
import type { Row } from "./list";

export type Rounding = Schemas["PriceRounding"];
export type BulkInput =
  | { deed: "put_on_sale" | "take_off" | "delete_drafts" }
  | { deed: "set_category"; category: string }
  | { deed: "set_freight"; freight_template_id: string | null }
  | { deed: "change_price"; price: { percent_bp: number; amount_minor: number; rounding: Rounding } }
  | { deed: "set_commission"; rate_bp: number | null };
export type Refusal = { id: string; title: string; why: string };
type Item = { product_id: string; is_done: boolean; code?: string | null; params?: Record<string, unknown> };

export function refusalsOf(items: Item[], rows: Row[]): Refusal[] {
  const titles = new Map(rows.map((row) => [row.product_id, row.title]));
  return items
    .filter((item) => !item.is_done)
    .map((item) => ({
      id: item.product_id,
      title: titles.get(item.product_id) ?? item.product_id,
      why: tOr(`bulk_why_${String(item.params?.reason ?? item.code)}`, t("something_wrong")),
    }));
}
