/** What a refused checkout, or a problem named in a quote, means for the buyer. Pure. */
import type { QuotedLine, QuotedShop } from "./api";

/** What stands in the way of one line. */
export type LineProblem =
  | { kind: "sold_out"; left: number }
  | { kind: "price_changed"; priceMinor: number }
  | { kind: "purchase_limit"; limit: number | null; left: number | null }
  | { kind: "no_delivery" }
  | { kind: "not_on_sale" }
  | { kind: "sold_elsewhere" }
  | { kind: "shop_closed" };

export type Refusal =
  | { kind: "line"; skuId: string | null; problem: LineProblem; shopName: string | null }
  | { kind: "coupon"; reason: string; shopId: string | null }
  | { kind: "sign_in" }
  /** Nothing is known, or the server is busy: the same attempt may be repeated. */
  | { kind: "again"; text: string }
  | { kind: "other"; text: string };

type ProblemLike = { status: number; code: string; title: string; params: Record<string, unknown>; isTransient: boolean };

const text = (value: unknown) => (typeof value === "string" ? value : null);
const number = (value: unknown) => (typeof value === "number" ? value : null);

export function toRefusal(problem: ProblemLike): Refusal {
  const { code, params } = problem;
  const found = lineProblem(code, params);
  if (problem.status === 401) return { kind: "sign_in" };
  if (found) return { kind: "line", skuId: text(params.sku_id), problem: found, shopName: text(params.shop_name) };
  if (code === "coupon_refused") {
    return { kind: "coupon", reason: String(params.reason ?? "unknown"), shopId: text(params.shop_id) };
  }
  if (problem.isTransient || code === "idempotency_in_flight") return { kind: "again", text: problem.title };
  return { kind: "other", text: problem.title };
}

function lineProblem(code: string, params: Record<string, unknown>): LineProblem | null {
  switch (code) {
    case "sold_out":
      return { kind: code, left: Math.max(0, number(params.available) ?? 0) };
    case "price_changed":
      return { kind: code, priceMinor: number(params.price_minor) ?? 0 };
    case "purchase_limit":
      return { kind: code, limit: number(params.limit), left: number(params.left) };
    case "no_delivery":
    case "not_on_sale":
    case "sold_elsewhere":
    case "shop_closed":
      return { kind: code };
    default:
      return null;
  }
}

/** What a quote says against a line. */
export function quotedProblem(shop: QuotedShop, line: QuotedLine): LineProblem | null {
  if (!shop.is_open) return { kind: "shop_closed" };
  switch (line.problem) {
    case null:
      return null;
    case "sold_out":
      return { kind: "sold_out", left: Math.max(0, line.available) };
    case "price_changed":
      return { kind: "price_changed", priceMinor: line.price_minor };
    case "purchase_limit":
      return { kind: "purchase_limit", limit: line.limit, left: line.left };
    default:
      return { kind: line.problem };
  }
}

/** How many fewer pieces could be bought all the same; null if that is not what is wrong, or none could. */
export function fewerOf(problem: LineProblem): number | null {
  const left = problem.kind === "sold_out" || problem.kind === "purchase_limit" ? problem.left : null;
  return left !== null && left > 0 ? left : null;
}

/** Whether fewer pieces, or a yes to the price, would mend it. */
export function isMendable(problem: LineProblem): boolean {
  if (problem.kind === "sold_out") return problem.left > 0;
  if (problem.kind === "purchase_limit") return (problem.left ?? 1) > 0;
  return problem.kind === "price_changed";
}
