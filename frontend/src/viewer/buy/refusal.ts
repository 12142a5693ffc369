/** What a refused checkout means for the buyer. Pure. */
export type Refusal =
  | { kind: "sold_out"; skuId: string | null; left: number }
  | { kind: "price_changed"; skuId: string | null; priceMinor: number }
  | { kind: "not_on_sale" }
  | { kind: "coupon"; reason: string }
  | { kind: "sign_in" }
  /** Nothing is known, or the server is busy: the same attempt may be repeated. */
  | { kind: "again"; text: string }
  | { kind: "other"; text: string };

type ProblemLike = { status: number; code: string; title: string; params: Record<string, unknown>; isTransient: boolean };

export function toRefusal(problem: ProblemLike): Refusal {
  const { code, params } = problem;
  const skuId = typeof params.sku_id === "string" ? params.sku_id : null;
  if (problem.status === 401) return { kind: "sign_in" };
  if (code === "sold_out") return { kind: "sold_out", skuId, left: Math.max(0, Number(params.available ?? 0)) };
  if (code === "price_changed") return { kind: "price_changed", skuId, priceMinor: Number(params.price_minor ?? 0) };
  if (code === "not_on_sale") return { kind: "not_on_sale" };
  if (code === "coupon_refused") return { kind: "coupon", reason: String(params.reason ?? "unknown") };
  if (problem.isTransient || code === "idempotency_in_flight") return { kind: "again", text: problem.title };
  return { kind: "other", text: problem.title };
}
