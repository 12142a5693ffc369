/** Pays one or several orders at once: choose how, let the buyer do it, follow until it is decided. */
import { ApiProblem, textOf } from "../../lib/api/client";
import { Attempt } from "../../lib/api/attempt";
import { type Order, getOrder } from "../orders/api";
import { type Charge, type Outcome, decide, getCharge, listMethods, openCharge } from "./api";
import { keepForSignIn, lastProvider, rememberProvider } from "./memory";
import { type PayOption, deviceOf, payOptions } from "./methods";
import { endOfCapture, endOtherwise } from "./outcome";
import { Pause } from "./pause";

/**
 * `choosing` → `asking` → `acting` (the buyer's turn) → `waiting` (the provider's) → `paid`, `failed` or `closed`;
 * `late`: the money came when the orders were closed already, and goes back.
 */
export type CashierStep = "choosing" | "asking" | "acting" | "waiting" | "failed" | "paid" | "closed" | "late";

const FIRST_LOOK_MS = 400;
const LOOK_MS = 1500;
const SLOWEST_LOOK_MS = 5000;

export class Cashier {
  orders = $state.raw<Order[]>([]);
  step = $state<CashierStep>("choosing");
  /** Null while being asked for. */
  options = $state.raw<PayOption[] | null>(null);
  chosen = $state.raw<PayOption | null>(null);
  charge = $state.raw<Charge | null>(null);
  problem = $state<string | null>(null);
  /** The buyer has just come back from the provider's page: what happened there is not known yet. */
  isBack = $state(false);
  #attempt = new Attempt();
  #round = 0;
  #payerCode = "";
  #isLeft = false;
  #pause = new Pause();
  #following = false;

  constructor(orders: Order[]) {
    this.orders = orders;
  }

  get totalMinor(): number {
    return this.orders.reduce((sum, order) => sum + order.total_minor, 0);
  }

  get currency(): string {
    return this.orders[0]?.currency ?? "CNY";
  }

  get expiresAtMs(): number | null {
    const times = this.orders.map((order) => order.expires_at_ms).filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  get isOpen(): boolean {
    return this.step !== "paid" && this.step !== "closed" && this.step !== "late";
  }

  get isSandbox(): boolean {
    return this.charge?.provider === "sandbox";
  }

  /** The provider has to learn who pays, on its own page, before there can be a payment. */
  get isSignIn(): boolean {
    return this.charge?.method === "jsapi" && this.charge.action?.kind === "page";
  }

  /** Learn the ways to pay; where there is but one, take it. */
  async start(): Promise<void> {
    this.step = "choosing";
    this.problem = null;
    try {
      await this.#learnOptions();
    } catch (error) {
      return this.#explain(error);
    }
    this.chosen = this.#optionOf(lastProvider());
    if (this.options?.length === 1) await this.ask();
  }

  /** Go on with a payment that was begun before, in this window or another. */
  async resume(charge: Charge, payerCode = ""): Promise<void> {
    this.charge = charge;
    this.chosen = { provider: charge.provider, method: charge.method };
    this.isBack = true;
    this.step = charge.state === "pending" ? "acting" : "waiting";
    // The way that was begun can be gone on with; others are offered once they are known.
    void this.#learnOptions().catch(() => undefined);
    this.#payerCode = this.isSignIn ? payerCode : "";
    if (charge.state === "pending" && (this.#payerCode || !charge.action)) return this.ask();
    await this.#take(charge);
    void this.#follow();
  }

  /** Nothing happened there: the buyer's turn again. */
  payNow(): void {
    this.isBack = false;
  }

  choose(option: PayOption): void {
    this.chosen = option;
  }

  /** Another way to pay than the one that was begun. */
  chooseAgain(): void {
    this.charge = null;
    this.problem = null;
    if (this.options === null) return void this.start();
    this.chosen = this.#optionOf(this.chosen?.provider ?? null);
    this.step = "choosing";
  }

  get hasChoice(): boolean {
    return (this.options?.length ?? 0) > 1;
  }

  /** Open the charge. A lost answer is asked for again with the same key. */
  async ask(): Promise<void> {
    const option = this.chosen;
    if (!option) return this.start();
    const body = { order_ids: this.orders.map((order) => order.order_id), ...option, payer_code: this.#payerCode };
    this.step = "asking";
    this.problem = null;
    this.isBack = false;
    try {
      this.charge = await openCharge(body, this.#attempt.keyFor({ ...body, round: this.#round }));
      rememberProvider(option.provider);
      this.step = "acting";
      void this.#follow();
      if (this.isSignIn && !this.#payerCode) this.signIn();
      this.#payerCode = "";
    } catch (error) {
      await this.#explain(error);
    }
  }

  /** Off to the provider's sign-in page; it sends the buyer back with a code. */
  signIn(): void {
    if (!this.charge?.action) return;
    keepForSignIn({ chargeId: this.charge.charge_id, orderIds: this.charge.order_ids });
    location.assign(this.charge.action.url);
  }

  /** The sandbox stands where a real provider would: it is told what shall happen. */
  async decide(outcome: Outcome, delayS?: number): Promise<void> {
    if (!this.charge || this.step !== "acting") return;
    this.step = "waiting";
    try {
      await decide(this.charge.charge_id, outcome, delayS);
      this.look();
    } catch (error) {
      await this.#explain(error);
    }
  }

  /** The buyer says it is done, or came back to the page: do not wait for the next look. */
  look(): void {
    this.#pause.end();
  }

  /** The time to pay is over. */
  async expire(): Promise<void> {
    await this.#readOrders().catch(() => undefined);
    if (this.isOpen && this.step !== "waiting" && this.orders.every((order) => order.state === "pending_payment")) this.step = "closed";
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#isLeft = true;
    this.look();
  }

  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    let pause = FIRST_LOOK_MS;
    try {
      while (!this.#isLeft && (this.step === "acting" || this.step === "waiting")) {
        await this.#pause.wait(pause);
        pause = this.step === "waiting" ? FIRST_LOOK_MS + pause / 2 : Math.min(SLOWEST_LOOK_MS, Math.max(LOOK_MS, pause * 1.2));
        const charge = this.charge;
        if (this.#isLeft || !charge) return;
        await this.#takeState(charge.charge_id).catch((error: unknown) => {
          // What could not be learned now is learned at the next look.
          if (!(error instanceof ApiProblem && error.isTransient)) throw error;
        });
      }
    } catch (error) {
      await this.#explain(error);
    } finally {
      this.#following = false;
    }
  }

  async #takeState(chargeId: string): Promise<void> {
    const charge = await getCharge(chargeId);
    if (this.charge?.charge_id !== chargeId) return;
    await this.#take(charge);
  }

  async #take(charge: Charge): Promise<void> {
    this.charge = charge;
    if (charge.state === "pending") return;
    await this.#readOrders();
    if (charge.state === "captured") this.step = endOfCapture(this.orders) ?? this.step;
    else if (!this.#settleIfMoved()) this.#fail(null);
  }

  #settleIfMoved(): boolean {
    const end = endOtherwise(this.orders);
    this.step = end ?? this.step;
    return end !== null;
  }

  #fail(problem: string | null): void {
    this.#round += 1;
    this.#payerCode = "";
    this.problem = problem;
    this.step = "failed";
  }

  async #explain(error: unknown): Promise<void> {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.isTransient) {
      this.problem = textOf(error);
      this.step = "failed";
      return;
    }
    await this.#readOrders().catch(() => undefined);
    if (!this.#settleIfMoved()) this.#fail(textOf(error));
  }

  async #learnOptions(): Promise<void> {
    this.options = payOptions(await listMethods(), deviceOf(navigator.userAgent));
  }

  #optionOf(provider: string | null): PayOption | null {
    return this.options?.find((option) => option.provider === provider) ?? this.options?.[0] ?? null;
  }

  async #readOrders(): Promise<void> {
    const orders = await Promise.all(this.orders.map((order) => getOrder(order.order_id)));
    this.orders = orders;
    if (this.isOpen && this.step !== "acting" && this.step !== "waiting") return;
    if (this.isOpen && orders.every((order) => order.state === "cancelled")) this.step = "closed";
  }
}
