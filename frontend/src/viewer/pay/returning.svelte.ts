/** The buyer comes back from the provider's page: the charge named in the address becomes a cashier again. */
import { ApiProblem } from "../../lib/api/client";
import { getOrder } from "../orders/api";
import { getCharge } from "./api";
import { Cashier } from "./cashier.svelte";
import { takeFromSignIn } from "./memory";
import type { Returned } from "./return_address";

export class Returning {
  cashier = $state.raw<Cashier | null>(null);
  problem = $state.raw<ApiProblem | null>(null);
  mustSignIn = $state(false);
  #payerCode: string;

  constructor(private readonly returned: Returned) {
    this.#payerCode = returned.payerCode;
  }

  async open(): Promise<void> {
    const { chargeId } = this.returned;
    this.problem = null;
    this.mustSignIn = false;
    try {
      const charge = await getCharge(chargeId);
      const orderIds = (this.#payerCode && takeFromSignIn(chargeId)) || charge.order_ids;
      const cashier = new Cashier(await Promise.all(orderIds.map(getOrder)));
      // A code is good for one use.
      const payerCode = this.#payerCode;
      this.#payerCode = "";
      if (charge.state === "pending") this.cashier = cashier;
      await cashier.resume(charge, payerCode);
      this.cashier = cashier;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status === 401) this.mustSignIn = true;
      else this.problem = error;
    }
  }
}
