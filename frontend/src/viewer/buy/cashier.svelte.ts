/** Pays one order: asks for a charge, lets the buyer decide, waits until the order is paid. */
import { ApiProblem, type Schemas, api, ok, textOf } from "../../lib/api/client";
import { Attempt } from "../../lib/api/attempt";

type Order = Schemas["OrderView"];
export type CashierStep = "asking" | "deciding" | "waiting" | "failed" | "paid" | "closed";

const LOOKS = 20;
const LOOK_MS = 400;

export class Cashier {
  order = $state.raw<Order>() as Order;
  step = $state<CashierStep>("asking");
  chargeId = $state<string | null>(null);
  problem = $state<string | null>(null);
  #attempt = new Attempt();
  #round = 0;

  constructor(order: Order) {
    this.order = order;
  }

  /** Ask for a charge. A lost answer is asked for again with the same key. */
  async ask(): Promise<void> {
    const body = { provider: "sandbox" };
    this.step = "asking";
    this.problem = null;
    try {
      const payment = await ok(
        api.POST("/api/orders/{order_id}/payment", {
          params: {
            path: { order_id: this.order.order_id },
            header: { "Idempotency-Key": this.#attempt.keyFor({ ...body, round: this.#round }) },
          },
          body,
        }),
      );
      this.chargeId = payment.charge_id;
      this.step = "deciding";
    } catch (error) {
      await this.#explain(error);
    }
  }

  async decide(outcome: "succeed" | "fail"): Promise<void> {
    if (!this.chargeId || this.step !== "deciding") return;
    this.step = "waiting";
    this.problem = null;
    try {
      const path = { charge_id: this.chargeId };
      await ok(api.POST("/api/sandbox/charges/{charge_id}/decision", { params: { path }, body: { outcome } }));
      if (outcome === "fail") {
        this.#round += 1;
        this.step = "failed";
      } else await this.#untilPaid();
    } catch (error) {
      await this.#explain(error);
    }
  }

  /** The time to pay is over. */
  async expire(): Promise<void> {
    if (this.step === "deciding" || this.step === "failed") this.step = "closed";
    await this.#look().catch(() => undefined);
  }

  async #untilPaid(): Promise<void> {
    for (let look = 0; look < LOOKS; look += 1) {
      await this.#look();
      if (this.order.state !== "pending_payment") break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#settle();
  }

  async #look(): Promise<void> {
    this.order = await ok(api.GET("/api/orders/{order_id}", { params: { path: { order_id: this.order.order_id } } }));
  }

  #settle(): void {
    if (this.order.state === "cancelled") this.step = "closed";
    else if (this.order.state === "pending_payment") this.step = "waiting";
    else this.step = "paid";
  }

  /** A refusal may mean that the order moved on meanwhile, for example paid in another window. */
  async #explain(error: unknown): Promise<void> {
    if (!(error instanceof ApiProblem)) throw error;
    this.problem = textOf(error);
    this.step = "failed";
    if (error.isTransient) return;
    this.#round += 1;
    await this.#look().catch(() => undefined);
    if (this.order.state !== "pending_payment") this.#settle();
  }
}
