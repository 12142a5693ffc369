/** A quote of several shops as one bill. Pure. */
import type { Quote } from "./api";

export function sumsOf(quote: Quote) {
  const sum = (pick: (shop: Quote["shops"][number]) => number) => quote.shops.reduce((all, shop) => all + pick(shop), 0);
  return {
    subtotal_minor: sum((shop) => shop.subtotal_minor),
    off_minor: sum((shop) => shop.off_minor),
    platform_off_minor: sum((shop) => shop.platform_off_minor),
    freight_minor: sum((shop) => shop.freight_minor),
    total_minor: quote.total_minor,
    currency: quote.currency,
  };
}
