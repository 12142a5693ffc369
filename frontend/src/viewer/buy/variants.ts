/** Choosing a SKU option by option: which values there are, given those that were chosen before them. Pure. */
export type Variant = { skuId: string; values: string[]; available: number; pictureUrl: string | null };

/** `none`: no SKU has this value together with the values of the options before it. */
export type ValueState = "free" | "sold_out" | "none";

type Named = { sku_id: string; option_values?: string[]; picture_url?: string | null };

/** The bag's SKUs with their values; null: they are not chosen by options (or we do not know all of their values). */
export function variantsOf(
  optionCount: number,
  skus: readonly Named[],
  inBag: readonly { skuId: string; available: number }[],
): Variant[] | null {
  if (optionCount === 0) return null;
  const known = new Map(skus.map((sku) => [sku.sku_id, sku]));
  const found = inBag.map(({ skuId, available }) => {
    const sku = known.get(skuId);
    return { skuId, values: sku?.option_values ?? [], available, pictureUrl: sku?.picture_url ?? null };
  });
  return found.every((variant) => variant.values.length === optionCount) ? found : null;
}

/** What can be said of a value of one option, while `chosen` is chosen. */
export function stateOf(variants: readonly Variant[], chosen: readonly string[], index: number, value: string): ValueState {
  const fitting = variants.filter((variant) => variant.values[index] === value && sharesStart(variant.values, chosen, index));
  if (fitting.length === 0) return "none";
  return fitting.some((variant) => variant.available > 0) ? "free" : "sold_out";
}

/**
 * The variant that is meant by pressing a value. The other values stay, even if that is sold out: nobody shall get
 * another size unasked. Only where there is no such combination is it the one that shares most of them and can be had.
 */
export function choose(
  variants: readonly Variant[],
  chosen: readonly string[],
  index: number,
  value: string,
): { variant: Variant; isMoved: boolean } | null {
  const wish = chosen.map((one, place) => (place === index ? value : one));
  const fitting = variants.filter((variant) => variant.values[index] === value && sharesStart(variant.values, chosen, index));
  const exact = fitting.find((variant) => variant.values.every((one, place) => one === wish[place]));
  if (exact) return { variant: exact, isMoved: false };
  const rank = (variant: Variant) => (variant.available > 0 ? 10 : 0) + variant.values.filter((one, place) => one === wish[place]).length;
  const best = fitting.reduce<Variant | null>((most, variant) => (most && rank(most) >= rank(variant) ? most : variant), null);
  return best && { variant: best, isMoved: chosen.length > 0 };
}

/** One picture for each value of the first option, if its SKUs have one in common and the values differ by it. */
export function swatchesOf(variants: readonly Variant[]): Map<string, string> {
  const byValue = new Map<string, Set<string | null>>();
  for (const { values, pictureUrl } of variants) {
    const first = values[0] ?? "";
    byValue.set(first, (byValue.get(first) ?? new Set()).add(pictureUrl));
  }
  const found = new Map<string, string>();
  for (const [value, pictures] of byValue) {
    const [picture] = pictures;
    if (pictures.size === 1 && picture) found.set(value, picture);
  }
  return new Set(found.values()).size > 1 ? found : new Map();
}

function sharesStart(values: readonly string[], chosen: readonly string[], end: number): boolean {
  return chosen.slice(0, end).every((one, place) => one === values[place]);
}
