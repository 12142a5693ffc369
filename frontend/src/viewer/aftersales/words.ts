/** How far an after-sale has come, in plain words: keys of texts. Pure. */
import type { AfterSale } from "./api";

/** What comes next, when and by whom. Silence counts as an answer everywhere, so the deadline always says what happens then. */
export function nextKey(afterSale: AfterSale): string {
  const { state, kind } = afterSale;
  switch (state) {
    case "requested":
      return kind === "refund_only" ? "after_sale_next_requested" : "after_sale_next_requested_return";
    case "refused":
      return afterSale.allowed.includes("request_again") ? "after_sale_next_refused" : "after_sale_next_refused_twice";
    case "awaiting_return":
      return afterSale.return_address ? "after_sale_next_awaiting_return" : "after_sale_next_awaiting_address";
    case "returning":
      return kind === "exchange" ? "after_sale_next_returning_exchange" : "after_sale_next_returning";
    case "escalated":
      return afterSale.evidence_wanted ? "after_sale_next_evidence" : "after_sale_next_escalated";
    case "refunding":
      return afterSale.waits_for === "operator" ? "after_sale_next_refund_failed" : "after_sale_next_refunding";
    default:
      return `after_sale_next_${state}`;
  }
}

/** Buyer's deeds, the next one first. */
export const DEEDS = ["accept_offer", "decline_offer", "ship_return", "receive_exchange", "add_evidence", "request_again", "escalate", "withdraw"] as const;
export type BuyerDeed = (typeof DEEDS)[number];

/** What the buyer may do, in the order it is offered. */
export function deedsOf(afterSale: AfterSale): BuyerDeed[] {
  return DEEDS.filter((deed) => afterSale.allowed.includes(deed));
}

/** The one that should be done now, if it is the buyer's turn. */
export function strongDeed(afterSale: AfterSale): BuyerDeed | null {
  const deed = deedsOf(afterSale)[0] ?? null;
  if (deed === "add_evidence") return afterSale.evidence_wanted ? deed : null;
  return deed === "withdraw" || afterSale.waits_for !== "buyer" ? null : deed;
}
