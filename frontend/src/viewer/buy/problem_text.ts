/** Problems of a line and refusals of a checkout, in words. */
import { integer, money } from "../../lib/format";
import { t } from "../../lib/i18n/index.svelte";
import { type LineProblem, type Refusal, fewerOf } from "./refusal";

export function problemText(problem: LineProblem, currency: string): string {
  switch (problem.kind) {
    case "sold_out":
      return problem.left > 0 ? t("only_left", { count: integer(problem.left) }) : t("sold_out_choose_other");
    case "price_changed":
      return t("price_is_now", { price: money(problem.priceMinor, currency) });
    case "purchase_limit":
      if (problem.left === 0) return t("limit_reached", { count: problem.limit ?? 0 });
      if (problem.left !== null) return t("limit_left", { count: problem.left, limit: problem.limit ?? problem.left });
      return t("limit_exceeded");
    case "no_delivery":
      return t("no_delivery_here");
    case "not_on_sale":
      return t("not_on_sale");
    case "sold_elsewhere":
      return t("sold_elsewhere");
    case "shop_closed":
      return t("shop_is_closed");
  }
}

export function refusalText(refusal: Refusal, currency: string): string | null {
  switch (refusal.kind) {
    case "line": {
      const why = problemText(refusal.problem, currency);
      return fewerOf(refusal.problem) === null ? why : t("quantity_mended", { why });
    }
    case "coupon":
      return t("coupon_refused_confirm");
    case "again":
      return `${refusal.text} ${t("nothing_charged")}`;
    case "other":
      return refusal.text;
    case "sign_in":
      return null;
  }
}
