/** Pays one or several orders at once: choose how, let the buyer do it, follow until it is decided. */
import { ApiProblem, textOf } from "../../lib/api/client";
import { Attempt } from "../../lib/api/attempt";
import { type Order, getOrder } from "../orders/api";
import { type Charge, type Outcome, decide, getCharge, listMethods, openCharge } from "./api";
import { type PayOption, deviceOf, payOptions } from "./methods";

/**
 * `choosing` → `asking` → `acting` (the buyer's turn) → `waiting` (the provider's) → `paid`, `failed` or `closed`;
 * `late`: the money came when the orders were closed already, and goes back.
 */
export type CashierStep = "choosing" | "asking" | "acting" | "waiting" | "failed" | "paid" | "closed" | "late";

const FIRST_LOOK_MS = 400;
const LOOK_MS = 1500;
const SLOWEST_LOOK_MS = 5000;
const LAST_KEY = "xd_last_pay";

export class Cashier {
  orders = $state.raw<Order[]>([]);
  step = $state<CashierStep>("choosing");
  /** Null while being asked for. */
  options = $state.raw<PayOption[] | null>(null);
  chosen = $state.raw<PayOption | null>(null);
  charge = $state.raw<Charge | null>(null);
  problem = $state<string | null>(null);
  #attempt = new Attempt();
  #round = 0;
  #isLeft = false;
  #wake: (() => void) | null = null;
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

  /** Learn the ways to pay; where there is but one, take it. */
  async start(): Promise<void> {
    this.step = "choosing";
    this.problem = null;
    try {
      this.options = payOptions(await listMethods(), deviceOf(navigator.userAgent));
    } catch (error) {
      return this.#explain(error);
    }
    const last = recall();
    this.chosen = this.options.find((option) => option.provider === last) ?? this.options[0] ?? null;
    if (this.options.length === 1) await this.ask();
  }

  choose(option: PayOption): void {
    this.chosen = option;
  }

  /** Another way to pay than the one that was begun. */
  chooseAgain(): void {
    this.charge = null;
    this.problem = null;
    if (this.options === null) void this.start();
    else this.step = "choosing";
  }

  get hasChoice(): boolean {
    return (this.options?.length ?? 0) > 1;
  }

  /** Open the charge. A lost answer is asked for again with the same key. */
  async ask(): Promise<void> {
    const option = this.chosen;
    if (!option) return this.start();
    const body = { order_ids: this.orders.map((order) => order.order_id), ...option };
    this.step = "asking";
    this.problem = null;
    try {
      this.charge = await openCharge(body, this.#attempt.keyFor({ ...body, round: this.#round }));
      remember(option.provider);
      this.step = "acting";
      void this.#follow();
    } catch (error) {
      await this.#explain(error);
    }
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
    this.#wake?.();
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
        await this.#pause(pause);
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
    this.charge = charge;
    if (charge.state === "pending") return;
    await this.#readOrders();
    if (charge.state === "captured") this.#settle();
    else if (!this.#settleIfMoved()) this.#fail(null);
  }

  /** The money is there; the orders follow within moments. */
  #settle(): void {
    if (this.orders.some((order) => order.state === "pending_payment")) return;
    this.step = this.orders.every((order) => order.state === "cancelled") ? "late" : "paid";
  }

  /** The orders may have moved on by other means, for example paid in another window. */
  #settleIfMoved(): boolean {
    if (this.orders.every((order) => order.state === "pending_payment")) return false;
    this.step = this.orders.some((order) => order.state !== "cancelled" && order.state !== "pending_payment") ? "paid" : "closed";
    return true;
  }

  #fail(problem: string | null): void {
    this.#round += 1;
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

  async #readOrders(): Promise<void> {
    const orders = await Promise.all(this.orders.map((order) => getOrder(order.order_id)));
    this.orders = orders;
    if (this.isOpen && this.step !== "acting" && this.step !== "waiting") return;
    if (this.isOpen && orders.every((order) => order.state === "cancelled")) this.step = "closed";
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function remember(provider: string): void {
  try {
    localStorage.setItem(LAST_KEY, provider);
  } catch {
    // Private windows may refuse storage; the first way to pay is offered next time.
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(LAST_KEY);
  } catch {
    return null;
  }
}
