/** How a product's stock is told. */
import { integer } from "../lib/format";
import { t } from "../lib/i18n/index.svelte";

/** At most so many left is worth a warning. */
export const FEW = 20;

export function stockText(left: number): string {
  if (left <= 0) return t("sold_out");
  return t(left <= FEW ? "left_few" : "left", { count: integer(left) });
}
