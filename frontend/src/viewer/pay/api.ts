/** Paying: what is said to the server. */
import { type Schemas, api, ok } from "../../lib/api/client";

export type PayProvider = Schemas["ProviderView"];
export type PayAction = Schemas["PayAction"];
export type Charge = Schemas["ChargeView"];
/** `payer_code`: what the provider's own sign-in page gave; empty where nobody was sent there. */
export type ChargeInput = { order_ids: string[]; provider: string; method: string; payer_code: string };
export type Outcome = Schemas["SandboxOutcome"];

export async function listMethods(): Promise<PayProvider[]> {
  const { items } = await ok(api.GET("/api/payment-methods"));
  return items;
}

export function openCharge(body: ChargeInput, key: string): Promise<Charge> {
  return ok(api.POST("/api/payments", { body, params: { header: { "Idempotency-Key": key } } }));
}

export function getCharge(chargeId: string): Promise<Charge> {
  return ok(api.GET("/api/payments/{charge_id}", { params: { path: { charge_id: chargeId } } }));
}

/** Tell the sandbox what shall happen. */
export async function decide(chargeId: string, outcome: Outcome, delay_s = 0): Promise<void> {
  const params = { path: { charge_id: chargeId } };
  await ok(api.POST("/api/sandbox/charges/{charge_id}/decision", { params, body: { outcome, delay_s } }));
}
