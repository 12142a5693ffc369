/** One wish to buy in a room or a video: what was chosen stays while the buyer signs in, adds an address, or is told of a change. */
import type { BagItem, BagSku } from "../../lib/live/fold";
import { type Offer, offerOf } from "../../lib/live/offer";
import type { Source } from "../place/place";
import type { Placed } from "./api";
import { Checkout } from "./checkout.svelte";

const MOST_AT_ONCE = 99;

/** What the server told us before the room's log does. */
type Correction = { priceMinor?: number; available?: number };

export class Purchase {
  readonly checkout = new Checkout(() => this.#wanted(), false);
  skuId = $state<string | null>(null);
  quantity = $state(1);
  /** How many one buyer may have of the product. */
  limitPerBuyer = $state<number | null>(null);
  #corrections = $state.raw<Record<string, Correction>>({});

  constructor(
    readonly source: Source,
    private readonly itemNow: () => BagItem | null,
    private readonly nowMs: () => number,
  ) {
    const skus = this.skus;
    this.skuId = (skus.find((sku) => this.offerOf(sku).available > 0) ?? skus[0])?.sku_id ?? null;
  }

  get item(): BagItem | null {
    return this.itemNow();
  }

  get skus(): BagSku[] {
    return this.item?.skus ?? [];
  }

  get sku(): BagSku | null {
    return this.skus.find((sku) => sku.sku_id === this.skuId) ?? null;
  }

  get offer(): Offer | null {
    return this.sku ? this.offerOf(this.sku) : null;
  }

  offerOf(sku: BagSku): Offer {
    const offer = offerOf(sku, this.nowMs());
    const told = this.#corrections[sku.sku_id];
    return { ...offer, priceMinor: told?.priceMinor ?? offer.priceMinor, available: told?.available ?? offer.available };
  }

  /** How many of it one buyer may have, if that is limited. */
  get limit(): number | null {
    const limits = [this.offer?.flash?.limit_per_buyer, this.limitPerBuyer].filter((limit) => typeof limit === "number");
    return limits.length > 0 ? Math.min(...limits) : null;
  }

  get most(): number {
    const left = (this.skuId && this.checkout.leftFor(this.skuId)) || MOST_AT_ONCE;
    return Math.max(1, Math.min(MOST_AT_ONCE, this.offer?.available ?? 1, this.limit ?? MOST_AT_ONCE, left));
  }

  choose(skuId: string): void {
    this.skuId = skuId;
    this.quantity = Math.min(this.quantity, this.most);
    this.checkout.refusal = null;
  }

  /** The room's log has newer word of this SKU than a refusal had. */
  forgetCorrections(): void {
    this.#corrections = {};
  }

  /** Take the price that is asked now; the buyer sees it in place of the old one. */
  takePrice(priceMinor: number): void {
    this.#correct({ priceMinor });
    this.checkout.refusal = null;
  }

  /** Place the order. Null: refused, and the checkout's `refusal` says why; what can be mended is mended. */
  async place(): Promise<Placed | null> {
    const placed = await this.checkout.place();
    const refusal = this.checkout.refusal;
    if (refusal?.kind === "line") {
      const { problem } = refusal;
      if (problem.kind === "price_changed") this.#correct({ priceMinor: problem.priceMinor });
      if (problem.kind === "sold_out") {
        this.#correct({ available: problem.left });
        this.quantity = Math.max(1, Math.min(this.quantity, problem.left));
      }
      if (problem.kind === "purchase_limit" && problem.left) this.quantity = Math.min(this.quantity, problem.left);
    }
    if (refusal?.kind === "coupon") this.checkout.choose(refusal.shopId ?? this.checkout.shopIds[0] ?? "", { kind: "none" });
    return placed;
  }

  #correct(change: Correction): void {
    const id = this.skuId;
    if (id) this.#corrections = { ...this.#corrections, [id]: { ...this.#corrections[id], ...change } };
  }

  #wanted() {
    const { sku, item, offer } = this;
    if (!sku || !item || !offer) return [];
    return [
      { skuId: sku.sku_id, shopId: item.shop_id, quantity: this.quantity, priceMinor: offer.priceMinor, source: this.source },
    ];
  }
}
