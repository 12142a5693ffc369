/** One wish to buy: what was chosen stays while the buyer signs in, adds an address, or is told of a change. */
import { ApiProblem, type Schemas, api, ok } from "../../lib/api/client";
import { Attempt } from "../../lib/api/attempt";
import type { BagItem, BagSku } from "../../lib/live/fold";
import { AddressBook } from "./addresses.svelte";
import { type Refusal, toRefusal } from "./refusal";

export type Order = Schemas["OrderView"];
export type Quote = Schemas["Quote"];

const MOST_AT_ONCE = 99;

export class Purchase {
  readonly addresses = new AddressBook();
  skuId = $state<string | null>(null);
  quantity = $state(1);
  isQuiet = $state(false);
  /** A word to the seller. */
  note = $state("");
  couponText = $state("");
  /** The code that quotes and the order use; empty until applied. */
  coupon = $state("");
  quote = $state.raw<Quote | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  isPlacing = $state(false);
  /** Prices and stock the server told us in refusals, before the room's log does. */
  #corrections = $state.raw<Record<string, Partial<BagSku>>>({});
  #attempt = new Attempt();
  #quoted = 0;

  constructor(
    readonly roomId: string,
    private readonly itemNow: () => BagItem | null,
  ) {
    const skus = this.skus;
    this.skuId = (skus.find((sku) => sku.available > 0) ?? skus[0])?.sku_id ?? null;
  }

  get item(): BagItem | null {
    return this.itemNow();
  }

  get skus(): BagSku[] {
    return (this.item?.skus ?? []).map((sku) => ({ ...sku, ...this.#corrections[sku.sku_id] }));
  }

  get sku(): BagSku | null {
    return this.skus.find((sku) => sku.sku_id === this.skuId) ?? null;
  }

  get most(): number {
    return Math.max(1, Math.min(MOST_AT_ONCE, this.sku?.available ?? 1));
  }

  get subtotalMinor(): number {
    return (this.sku?.price_minor ?? 0) * this.quantity;
  }

  /** What will be asked for: the quote if it is of what is chosen now, else the plain product. */
  get totalMinor(): number {
    return this.currentQuote?.total_minor ?? this.subtotalMinor;
  }

  get currentQuote(): Quote | null {
    return this.quote?.subtotal_minor === this.subtotalMinor ? this.quote : null;
  }

  choose(skuId: string): void {
    this.skuId = skuId;
    this.quantity = Math.min(this.quantity, this.most);
    this.refusal = null;
  }

  /** The room's log has newer word of this SKU than a refusal had. */
  forgetCorrections(): void {
    this.#corrections = {};
  }

  applyCoupon(): void {
    this.coupon = this.couponText.trim();
    if (this.refusal?.kind === "coupon") this.refusal = null;
  }

  /** Ask what it will cost; a refused coupon is told in the quote. */
  async askQuote(): Promise<void> {
    const lines = this.#lines();
    if (!lines) return;
    const asked = ++this.#quoted;
    const body = { room_id: this.roomId, lines, coupon_code: this.coupon || null };
    try {
      const quote = await ok(api.POST("/api/checkout/quote", { body }));
      if (asked === this.#quoted) this.quote = quote;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // Placing the order asks again and explains; without a quote the plain sum is shown.
      if (asked === this.#quoted) this.quote = null;
    }
  }

  /** Place the order. Null: refused, and `refusal` says why. Pressing twice asks once. */
  async place(): Promise<Order | null> {
    const lines = this.#lines();
    const address = this.addresses.chosenId;
    if (!lines || !address || this.isPlacing) return null;
    const body = {
      room_id: this.roomId,
      address_id: address,
      lines,
      coupon_code: this.coupon || null,
      is_quiet: this.isQuiet,
      note: this.note.trim(),
    };
    this.isPlacing = true;
    this.refusal = null;
    try {
      const header = { "Idempotency-Key": this.#attempt.keyFor(body) };
      const order = await ok(api.POST("/api/checkout", { body, params: { header } }));
      this.#attempt.settle();
      return order;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#refuse(toRefusal(error));
      return null;
    } finally {
      this.isPlacing = false;
    }
  }

  #refuse(refusal: Refusal): void {
    this.refusal = refusal;
    if (refusal.kind !== "again" && refusal.kind !== "sign_in") this.#attempt.settle();
    if (refusal.kind === "sold_out") {
      this.#correct(refusal.skuId, { available: refusal.left });
      this.quantity = Math.max(1, Math.min(this.quantity, refusal.left));
    }
    if (refusal.kind === "price_changed") this.#correct(refusal.skuId, { price_minor: refusal.priceMinor });
    if (refusal.kind === "coupon") this.coupon = "";
  }

  #correct(skuId: string | null, change: Partial<BagSku>): void {
    const id = skuId ?? this.skuId;
    if (id) this.#corrections = { ...this.#corrections, [id]: { ...this.#corrections[id], ...change } };
  }

  #lines(): Schemas["LineInput"][] | null {
    const sku = this.sku;
    return sku ? [{ sku_id: sku.sku_id, quantity: this.quantity, price_minor: sku.price_minor }] : null;
  }
}
