/** The way from choosing to paying, step by step, in one sheet. */
import { forgetMe, me } from "../../lib/session.svelte";
import { Cashier } from "../pay/cashier.svelte";
import type { Address } from "./addresses.svelte";
import type { Placed } from "./api";
import type { Checkout } from "./checkout.svelte";

export type Step =
  /** `start` is what the sheet is of; `confirm` is the look over all before placing, where there is one. */
  | { name: "start" | "confirm" | "sign_in" | "addresses" }
  /** A look at whose goods these are. */
  | { name: "shop" }
  | { name: "address"; address: Address | null }
  | { name: "coupons"; shopId: string }
  | { name: "cashier"; cashier: Cashier };

export class Steps {
  step = $state.raw<Step>({ name: "start" });
  #afterSignIn: (() => void) | null = null;

  constructor(
    readonly checkout: Checkout,
    /** Where address and coupons are chosen from. */
    private readonly base: "start" | "confirm",
    private readonly place: () => Promise<Placed | null>,
  ) {}

  get cashier(): Cashier | null {
    return this.step.name === "cashier" ? this.step.cashier : null;
  }

  to = (step: Step): void => {
    this.step = step;
  };

  toBase = (): void => {
    this.step = { name: this.base };
  };

  toAddresses = (): void => {
    this.step = this.checkout.addresses.items?.length ? { name: "addresses" } : { name: "address", address: null };
  };

  back = (): void => {
    const hasAddresses = (this.checkout.addresses.items?.length ?? 0) > 0;
    if (this.step.name === "address" && hasAddresses) this.step = { name: "addresses" };
    else if (this.step.name === "confirm" || this.step.name === "sign_in") this.step = { name: "start" };
    else this.toBase();
  };

  /** Do what needs an account: at once, or after signing in. */
  asMember(then: () => void): void {
    if (me()) return then();
    this.#afterSignIn = then;
    this.step = { name: "sign_in" };
  }

  signedIn = async (): Promise<void> => {
    this.step = { name: "start" };
    await this.checkout.addresses.load().catch(() => undefined);
    const then = this.#afterSignIn;
    this.#afterSignIn = null;
    then?.();
  };

  /** One press of the strong button: on to whatever is still missing, or to the cashier. */
  buy = async (): Promise<void> => {
    if (!me()) return this.asMember(() => this.#askAddress());
    if (!this.checkout.addresses.chosen) return this.#askAddress();
    const placed = await this.place();
    if (placed) {
      const cashier = new Cashier(placed.orders);
      this.step = { name: "cashier", cashier };
      void cashier.start();
    } else if (this.checkout.refusal?.kind === "sign_in") {
      forgetMe();
      this.asMember(() => undefined);
    }
  };

  #askAddress(): void {
    if (this.checkout.addresses.items?.length === 0) this.step = { name: "address", address: null };
    else this.toBase();
  }
}
