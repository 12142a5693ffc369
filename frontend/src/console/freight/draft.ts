/** A freight template as it is being typed: weights in kilograms, money in yuan. Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";
import { readPrice, textOfPrice } from "../products/draft";
import type { FreightTemplate } from "../state/wire";

type Rate = FreightTemplate["rate"];
export type RateDraft = { firstKg: string; first: string; moreKg: string; more: string; freeAbove: string };
export type ExceptionDraft = { key: number; regions: string; isDelivered: boolean; rate: RateDraft };
export type FreightDraft = { name: string; isDefault: boolean; rate: RateDraft; exceptions: ExceptionDraft[] };
export type FreightErrors = Record<string, MessageKey>;
export type FreightBody = Omit<FreightTemplate, "shop_id" | "template_id">;

const MAX_G = 1_000_000;
let lastKey = 0;

export function grams(weight: number): string {
  return weight < 1000 ? `${weight} g` : `${Number((weight / 1000).toFixed(3))} kg`;
}

function emptyRate(): RateDraft {
  return { firstKg: "1", first: "", moreKg: "1", more: "", freeAbove: "" };
}

export function emptyException(): ExceptionDraft {
  return { key: ++lastKey, regions: "", isDelivered: true, rate: emptyRate() };
}

export function draftOf(template: FreightTemplate | null, isOnly: boolean): FreightDraft {
  if (!template) return { name: "", isDefault: isOnly, rate: emptyRate(), exceptions: [] };
  return {
    name: template.name,
    isDefault: template.is_default,
    rate: rateDraftOf(template.rate),
    exceptions: template.exceptions.map((one) => ({
      key: ++lastKey,
      regions: one.regions.join("、"),
      isDelivered: one.rate !== null,
      rate: one.rate ? rateDraftOf(one.rate) : emptyRate(),
    })),
  };
}

function rateDraftOf(rate: Rate): RateDraft {
  return {
    firstKg: String(rate.first_g / 1000),
    first: textOfPrice(rate.first_minor),
    moreKg: String(rate.more_g / 1000),
    more: textOfPrice(rate.more_minor),
    freeAbove: rate.free_above_minor == null ? "" : textOfPrice(rate.free_above_minor),
  };
}

/** `0.5` kilograms as 500 grams, or what is wrong with the text. */
export function readWeight(text: string): number | MessageKey {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return "required";
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(plain)) return "weight_malformed";
  const weight = Math.round(Number(plain) * 1000);
  return weight < 1 || weight > MAX_G ? "weight_malformed" : weight;
}

/** An amount that may be nothing. */
function readFee(text: string): number | MessageKey {
  return /^[0.]+$/.test(text.normalize("NFKC").trim()) ? 0 : readPrice(text);
}

/** Names as one writes them in a row: `新疆、西藏，青海`. */
export function readRegions(text: string): string[] {
  const names = text.split(/[、,，;；\n]+/).map((name) => name.trim());
  return [...new Set(names.filter(Boolean))];
}

/** The template as the API takes it, or what is wrong, by field (`rate.first`, `exceptions.0.regions`). */
export function readDraft(draft: FreightDraft): { body: FreightBody | null; errors: FreightErrors } {
  const errors: FreightErrors = {};
  const rate = readRate(draft.rate, "rate", errors);
  const exceptions = draft.exceptions.map((one, index) => {
    const regions = readRegions(one.regions);
    if (regions.length === 0) errors[`exceptions.${index}.regions`] = "required";
    return { regions, rate: one.isDelivered ? readRate(one.rate, `exceptions.${index}`, errors) : null };
  });
  const name = draft.name.trim();
  if (!name) errors.name = "required";
  if (!rate || Object.keys(errors).length > 0) return { body: null, errors };
  return { body: { name, is_default: draft.isDefault, rate, exceptions }, errors };
}

function readRate(typed: RateDraft, at: string, errors: FreightErrors): Rate | null {
  const found = {
    firstKg: readWeight(typed.firstKg),
    first: readFee(typed.first),
    moreKg: readWeight(typed.moreKg),
    more: readFee(typed.more),
    freeAbove: typed.freeAbove.trim() ? readFee(typed.freeAbove) : null,
  };
  const wrong = Object.entries(found).filter((entry): entry is [string, MessageKey] => typeof entry[1] === "string");
  for (const [field, key] of wrong) errors[`${at}.${field}`] = key;
  if (wrong.length > 0) return null;
  return {
    first_g: Number(found.firstKg),
    first_minor: Number(found.first),
    more_g: Number(found.moreKg),
    more_minor: Number(found.more),
    free_above_minor: found.freeAbove === null ? null : Number(found.freeAbove),
  };
}
