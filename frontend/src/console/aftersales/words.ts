/** How an after-sale stands for the seller, as keys of texts, and what the seller can do. Pure. */
import type { AfterSale } from "./api";

/** What is to be done, by whom until when, and what silence means. */
export function nextKey(afterSale: AfterSale): string {
  const { state, kind } = afterSale;
  switch (state) {
    case "requested":
      return kind === "refund_only" ? "as_next_requested" : "as_next_requested_return";
    case "awaiting_return":
      return afterSale.return_address ? "as_next_awaiting_return" : "as_next_awaiting_address";
    case "returning":
      return kind === "exchange" ? "as_next_returning_exchange" : "as_next_returning";
    case "escalated":
      return afterSale.evidence_wanted ? "as_next_evidence" : "as_next_escalated";
    case "refunding":
      return afterSale.waits_for === "operator" ? "as_next_refund_failed" : "as_next_refunding";
    default:
      return `as_next_${state}`;
  }
}

/** The seller's deeds, the one that goes on first. */
export const DEEDS = ["agree", "receive_return", "resend", "add_evidence", "offer", "refuse", "escalate"] as const;
export type SellerDeed = (typeof DEEDS)[number];

export function deedsOf(afterSale: AfterSale): SellerDeed[] {
  return DEEDS.filter((deed) => afterSale.allowed.includes(deed));
}

/** Whether the seller has something to do; evidence that nobody asked for can wait. */
export function isForSeller(afterSale: AfterSale): boolean {
  return afterSale.waits_for === "seller" || (afterSale.state === "escalated" && afterSale.evidence_wanted);
}

export function strongDeed(afterSale: AfterSale): SellerDeed | null {
  return isForSeller(afterSale) ? (deedsOf(afterSale)[0] ?? null) : null;
}

/** Agreeing needs an address if goods come back. */
export function needsAddress(afterSale: AfterSale): boolean {
  return afterSale.kind !== "refund_only";
}

/** How near the deadline is: within a day it is pressing. */
export function isPressing(afterSale: AfterSale, nowMs: number): boolean {
  return isForSeller(afterSale) && afterSale.deadline_at_ms !== null && afterSale.deadline_at_ms - nowMs < 24 * 3_600_000;
}
