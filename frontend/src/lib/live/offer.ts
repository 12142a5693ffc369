/** What a SKU costs at this moment and how many can be had for that: its own price, or a flash sale's. Pure. */
import type { Schemas } from "../api/client";

type BagSku = Schemas["BagSku"];
export type FlashSale = Schemas["BagFlashSale"];

export type Offer = {
  priceMinor: number;
  /** The higher price it is compared with. */
  wasMinor: number | null;
  available: number;
  /** The flash sale whose price this is. */
  flash: FlashSale | null;
  /** A flash sale that is still to begin. */
  next: FlashSale | null;
};

/** The flash sales that the reader, a member of the shop's fan club, may buy before others; `viewer/club` tells of them. */
export const early = new Set<string>();

export function offerOf(sku: BagSku, nowMs: number): Offer {
  const sale = sku.flash_sale ?? null;
  const isOn = sale !== null && ((early.has(sale.flash_sale_id) && sale.opens_at_ms) || sale.starts_at_ms) <= nowMs && nowMs < sale.ends_at_ms && sale.left > 0;
  // The lowest price counts: a host's may be below the flash price, and then the ordinary stock is sold.
  const flash = isOn && sale.price_minor < sku.price_minor ? sale : null;
  const priceMinor = flash?.price_minor ?? sku.price_minor;
  const highest = Math.max(sku.list_price_minor, sku.price_minor);
  return {
    priceMinor,
    wasMinor: highest > priceMinor ? highest : null,
    available: Math.max(0, flash?.left ?? sku.available),
    flash,
    next: sale && !isOn && nowMs < sale.starts_at_ms ? sale : null,
  };
}
