/** What is about to be ordered, in one shop or several: address, coupons, notes, what it costs, and the placing of it. */
import { ApiProblem } from "../../lib/api/client";
import { Attempt } from "../../lib/api/attempt";
import type { Source } from "../place/place";
import { AddressBook } from "./addresses.svelte";
import { type Coupon, type Placed, type Quote, type QuoteInput, askQuote, listCoupons, placeOrders } from "./api";
import { AUTO, type CouponChoice, PLATFORM, codeOf, couponsOf } from "./coupons";
import { type LineProblem, type Refusal, quotedProblem, toRefusal } from "./refusal";

export type Wanted = { skuId: string; shopId: string; quantity: number; priceMinor: number; source: Source };

export class Checkout {
  readonly addresses = new AddressBook();
  /** Those that shops and platform show to this buyer. */
  coupons = $state.raw<Coupon[]>([]);
  isQuiet = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  isPlacing = $state(false);
  #choices = $state.raw<Record<string, CouponChoice>>({});
  #notes = $state.raw<Record<string, string>>({});
  /** Codes that the server would not take when we chose them ourselves. */
  #refusedCodes = $state.raw<Record<string, string[]>>({});
  #answer = $state.raw<{ asked: string; quote: Quote } | null>(null);
  /** What was asked for when it was refused: the refusal says nothing of anything else. */
  #refusedFor = $state("");
  #attempt = new Attempt();
  #asking = 0;

  constructor(
    private readonly wantedNow: () => Wanted[],
    private readonly isFromCart: boolean,
  ) {}

  get wanted(): Wanted[] {
    return this.wantedNow();
  }

  get shopIds(): string[] {
    return [...new Set(this.wanted.map((line) => line.shopId))];
  }

  get goodsMinor(): number {
    return this.wanted.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0);
  }

  /** The last quote; stale while something was changed and is being asked anew. */
  get quote(): Quote | null {
    return this.#answer?.quote ?? null;
  }

  get isCurrent(): boolean {
    return this.#answer !== null && this.#answer.asked === this.asked;
  }

  /** What will be asked for: the quote if it is of what is chosen now, else the plain goods. */
  get totalMinor(): number {
    return this.isCurrent && this.quote ? this.quote.total_minor : this.goodsMinor;
  }

  get savedMinor(): number {
    return (this.quote?.shops ?? []).reduce((sum, shop) => sum + shop.off_minor + shop.platform_off_minor, 0);
  }

  /** As text, so that a change of it is a reason to ask for another quote. */
  get asked(): string {
    return JSON.stringify(this.#question());
  }

  choiceOf(shopId: string): CouponChoice {
    return this.#choices[shopId] ?? AUTO;
  }

  choose(shopId: string, choice: CouponChoice): void {
    this.#choices = { ...this.#choices, [shopId]: choice };
    if (this.refusal?.kind === "coupon") this.refusal = null;
  }

  noteOf(shopId: string): string {
    return this.#notes[shopId] ?? "";
  }

  setNote(shopId: string, note: string): void {
    this.#notes = { ...this.#notes, [shopId]: note };
  }

  /** What is spent on goods where this coupon would count. */
  spendMinor(shopId: string): number {
    const lines = this.wanted.filter((line) => shopId === PLATFORM || line.shopId === shopId);
    return lines.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0);
  }

  couponsFor(shopId: string): Coupon[] {
    return couponsOf(this.coupons, shopId);
  }

  codeFor(shopId: string): string | null {
    const refused = this.#refusedCodes[shopId] ?? [];
    return codeOf(this.choiceOf(shopId), this.couponsFor(shopId), this.spendMinor(shopId), refused);
  }

  /** Money off by the coupon, as the quote says. */
  offMinor(shopId: string): number {
    const shops = this.quote?.shops ?? [];
    if (shopId === PLATFORM) return shops.reduce((sum, shop) => sum + shop.platform_off_minor, 0);
    return shops.find((shop) => shop.shop_id === shopId)?.off_minor ?? 0;
  }

  /** Why the chosen code does not count. */
  couponRefused(shopId: string): string | null {
    if (this.refusal?.kind === "coupon" && (this.refusal.shopId ?? this.shopIds[0]) === shopId) return this.refusal.reason;
    if (!this.isCurrent || !this.codeFor(shopId)) return null;
    if (shopId === PLATFORM) return this.quote?.platform_coupon_refused ?? null;
    return this.quote?.shops.find((shop) => shop.shop_id === shopId)?.coupon_refused ?? null;
  }

  /** What stands in the way of a line: told by a refusal, else by the quote. */
  problemOf(skuId: string): LineProblem | null {
    const { refusal } = this;
    const isOfIt = refusal?.kind === "line" && (refusal.skuId === null || refusal.skuId === skuId);
    if (isOfIt && this.#refusedFor === this.asked) return refusal.problem;
    if (!this.isCurrent) return null;
    for (const shop of this.quote?.shops ?? []) {
      const line = shop.lines.find((one) => one.sku_id === skuId);
      if (line) return quotedProblem(shop, line);
    }
    return null;
  }

  /** How many of it the buyer may still have, if that is limited and known. */
  leftFor(skuId: string): number | null {
    const lines = (this.quote?.shops ?? []).flatMap((shop) => shop.lines);
    return lines.find((line) => line.sku_id === skuId)?.left ?? null;
  }

  get isBlocked(): boolean {
    return this.wanted.some((line) => this.problemOf(line.skuId) !== null);
  }

  async loadCoupons(): Promise<void> {
    try {
      this.coupons = await listCoupons(this.shopIds);
    } catch (error) {
      // A code can still be typed in.
      if (!(error instanceof ApiProblem)) throw error;
    }
  }

  /** Ask what it will cost; problems are told in the quote. */
  async ask(): Promise<void> {
    const body = this.#question();
    if (body.lines.length === 0) return;
    const asked = JSON.stringify(body);
    const asking = ++this.#asking;
    try {
      const quote = await askQuote(body);
      if (asking !== this.#asking) return;
      this.#answer = { asked, quote };
      this.#dropRefusedOwnChoices(quote);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // Placing the order asks again and explains; without a quote the plain sum is shown.
      if (asking === this.#asking) this.#answer = null;
    }
  }

  /** Place the orders: all or none. Null: refused, and `refusal` says why. Pressing twice asks once. */
  async place(): Promise<Placed | null> {
    const address_id = this.addresses.chosenId;
    if (!address_id || this.wanted.length === 0 || this.isPlacing) return null;
    const body = { ...this.#question(), address_id, shops: this.#shops((shopId) => this.noteOf(shopId).trim()), is_quiet: this.isQuiet };
    this.isPlacing = true;
    this.refusal = null;
    try {
      const placed = await placeOrders(body, this.#attempt.keyFor(body));
      this.#attempt.settle();
      return placed;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const refusal = toRefusal(error);
      this.refusal = refusal;
      this.#refusedFor = this.asked;
      if (refusal.kind !== "again" && refusal.kind !== "sign_in") this.#attempt.settle();
      return null;
    } finally {
      this.isPlacing = false;
    }
  }

  /** A coupon that we took of ourselves and the server would not is no choice of the buyer's: take the next best. */
  #dropRefusedOwnChoices(quote: Quote): void {
    const told = quote.shops.map((shop): [string, string | null] => [shop.shop_id, shop.coupon_refused]);
    for (const [shopId, reason] of [...told, [PLATFORM, quote.platform_coupon_refused] as const]) {
      const code = this.codeFor(shopId);
      if (!reason || !code || this.choiceOf(shopId).kind !== "auto") continue;
      this.#refusedCodes = { ...this.#refusedCodes, [shopId]: [...(this.#refusedCodes[shopId] ?? []), code] };
    }
  }

  #shops(note: (shopId: string) => string): QuoteInput["shops"] {
    return this.shopIds.map((shop_id) => ({ shop_id, coupon_code: this.codeFor(shop_id), note: note(shop_id) }));
  }

  /** What decides the price; notes and the like are no reason to ask again. */
  #question(): QuoteInput {
    return {
      address_id: this.addresses.chosenId,
      lines: this.wanted.map((line) => ({
        sku_id: line.skuId,
        quantity: line.quantity,
        price_minor: line.priceMinor,
        ...line.source,
      })),
      shops: this.#shops(() => ""),
      platform_coupon_code: this.codeFor(PLATFORM),
      is_quiet: false,
      from_cart: this.isFromCart,
    };
  }
}
