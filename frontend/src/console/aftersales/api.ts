/** After-sales as the shop's staff sees them: what is read from and said to the server. */
import { Attempt } from "../../lib/api/attempt";
import { ApiProblem, type Schemas, api, ok } from "../../lib/api/client";

export type AfterSale = Schemas["AfterSaleView"];
export type AfterSaleEvent = AfterSale["history"][number];
export type ReturnAddress = NonNullable<AfterSale["return_address"]>;
export type Filter = Schemas["AfterSaleFilter"];

const at = (after_sale_id: string) => ({ params: { path: { after_sale_id } } });

export function listAfterSales(
  shop_id: string,
  state: Filter,
  cursor: string | undefined,
  limit: number,
): Promise<{ items: AfterSale[]; next_cursor: string | null }> {
  return ok(api.GET("/api/shops/{shop_id}/after-sales", { params: { path: { shop_id }, query: { state, cursor, limit } } }));
}

export function getAfterSale(id: string): Promise<AfterSale> {
  return ok(api.GET("/api/after-sales/{after_sale_id}", at(id)));
}

export type Said =
  | { what: "agreement"; body: Schemas["AgreementInput"] }
  | { what: "offer"; body: Schemas["OfferInput"] }
  | { what: "refusal"; body: Schemas["RefusalInput"] }
  | { what: "return-receipt"; body: Schemas["ReturnReceiptInput"] }
  | { what: "resend"; body: Schemas["ParcelInput"] }
  | { what: "escalation"; body: Schemas["EscalationInput"] }
  | { what: "evidence"; body: Schemas["EvidenceInput"] };

const attempt = new Attempt();

/** Do it, and answer how it stands then. What moves money is done once, however often it is sent. */
export async function say(id: string, said: Said): Promise<AfterSale> {
  try {
    const after = await send(id, said);
    attempt.settle();
    return after;
  } catch (error) {
    if (error instanceof ApiProblem && !error.isTransient) attempt.settle();
    throw error;
  }
}

function send(id: string, said: Said): Promise<AfterSale> {
  const once = { path: { after_sale_id: id }, header: { "Idempotency-Key": attempt.keyFor([id, said]) } };
  switch (said.what) {
    case "agreement":
      return ok(api.POST("/api/after-sales/{after_sale_id}/agreement", { params: once, body: said.body }));
    case "return-receipt":
      return ok(api.POST("/api/after-sales/{after_sale_id}/return-receipt", { params: once, body: said.body }));
    case "offer":
      return ok(api.POST("/api/after-sales/{after_sale_id}/offer", { ...at(id), body: said.body }));
    case "refusal":
      return ok(api.POST("/api/after-sales/{after_sale_id}/refusal", { ...at(id), body: said.body }));
    case "resend":
      return ok(api.POST("/api/after-sales/{after_sale_id}/resend", { ...at(id), body: said.body }));
    case "escalation":
      return ok(api.POST("/api/after-sales/{after_sale_id}/escalation", { ...at(id), body: said.body }));
    case "evidence":
      return ok(api.POST("/api/after-sales/{after_sale_id}/evidence", { ...at(id), body: said.body }));
  }
}
