/** After-sales: what is said to the server. */
import { Attempt } from "../../lib/api/attempt";
import { type Schemas, api, ok } from "../../lib/api/client";
import { once } from "../../lib/api/once";

export type Kind = Schemas["AfterSaleKind"];
export type State = Schemas["AfterSaleState"];
export type Reason = Schemas["AfterSaleReason"];
export type HistoryEvent = Schemas["AfterSaleEventView"];
export type AfterSale = Schemas["AfterSaleView"];
export type Request = Schemas["OpenInput"];
type AfterSalePage = { items: AfterSale[]; next_cursor: string | null };

const attempt = new Attempt();
const at = (after_sale_id: string) => ({ params: { path: { after_sale_id } } });

export function openAfterSale(order_id: string, body: Request, key: string): Promise<AfterSale> {
  const params = { path: { order_id }, header: { "Idempotency-Key": key } };
  return ok(api.POST("/api/orders/{order_id}/after-sales", { params, body }));
}

/** More than can ever be asked for one order's lines at once is left out; the latest come first. */
export async function listOfOrder(order_id: string): Promise<AfterSale[]> {
  const { items } = await ok(api.GET("/api/orders/{order_id}/after-sales", { params: { path: { order_id }, query: { limit: 50 } } }));
  return items;
}

export function listMine(limit: number, cursor?: string): Promise<AfterSalePage> {
  return ok(api.GET("/api/me/after-sales", { params: { query: { limit, cursor } } }));
}

export function getAfterSale(id: string): Promise<AfterSale> {
  return ok(api.GET("/api/after-sales/{after_sale_id}", at(id)));
}

/** What a buyer can say, by the last part of its path. */
export type Said =
  | { what: "withdrawal" | "exchange-receipt" | "offer/acceptance" | "offer/refusal" }
  | { what: "request-again"; body: Schemas["AgainInput"] }
  | { what: "return-shipment"; body: Schemas["ParcelInput"] }
  | { what: "escalation"; body: Schemas["EscalationInput"] }
  | { what: "evidence"; body: Schemas["EvidenceInput"] };

export function say(id: string, said: Said): Promise<AfterSale> {
  switch (said.what) {
    case "withdrawal":
      return ok(api.POST("/api/after-sales/{after_sale_id}/withdrawal", at(id)));
    case "offer/acceptance":
      return once(attempt, id, (key) =>
        ok(api.POST("/api/after-sales/{after_sale_id}/offer/acceptance", { params: { path: { after_sale_id: id }, header: { "Idempotency-Key": key } } })),
      );
    case "offer/refusal":
      return ok(api.POST("/api/after-sales/{after_sale_id}/offer/refusal", at(id)));
    case "exchange-receipt":
      return ok(api.POST("/api/after-sales/{after_sale_id}/exchange-receipt", at(id)));
    case "request-again":
      return ok(api.POST("/api/after-sales/{after_sale_id}/request-again", { ...at(id), body: said.body }));
    case "return-shipment":
      return ok(api.POST("/api/after-sales/{after_sale_id}/return-shipment", { ...at(id), body: said.body }));
    case "escalation":
      return ok(api.POST("/api/after-sales/{after_sale_id}/escalation", { ...at(id), body: said.body }));
    case "evidence":
      return ok(api.POST("/api/after-sales/{after_sale_id}/evidence", { ...at(id), body: said.body }));
  }
}

export async function uploadPicture(file: File): Promise<string> {
  const { url } = await ok(
    api.POST("/api/media/pictures", {
      body: { file: "" },
      bodySerializer: () => {
        const form = new FormData();
        form.append("file", file);
        return form;
      },
    }),
  );
  return url;
}
