/** What is pure about the operator's pages. */
import { durationParts } from "../../lib/format/plain";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Case, Difference, Ruling } from "./wire";

const DEED_OF = { buyer: "rule_buyer", seller: "rule_seller", evidence: "rule_evidence", negotiate: "rule_negotiate" } as const;

/** The rulings that the case's state allows, in the order in which they are offered. */
export function rulingsOf(one: Pick<Case, "allowed">): Ruling[] {
  return (Object.keys(DEED_OF) as Ruling[]).filter((ruling) => one.allowed.includes(DEED_OF[ruling]));
}

export type Left = { text: MessageKey; params: Record<string, number>; isUrgent: boolean };

/** How long there is to decide; under a day is urgent. */
export function timeLeft(deadlineMs: number, nowMs: number): Left {
  const { days, hours, minutes } = durationParts(deadlineMs - nowMs);
  if (deadlineMs <= nowMs) return { text: "op_left_none", params: {}, isUrgent: true };
  if (days > 0) return { text: "op_left_days", params: { days, hours }, isUrgent: false };
  return { text: "op_left_hours", params: { hours, minutes }, isUrgent: true };
}

/** What a difference is counted in: pieces of stock, else money. */
export function isOfStock(difference: Pick<Difference, "kind">): boolean {
  return difference.kind === "stock_broken";
}

/** The ids by which a difference can be looked up, with what they are. */
export function tracesOf(difference: Difference): { text: MessageKey; id: string }[] {
  const { order_id, charge_id, refund_id, stock_id } = difference;
  const all: { text: MessageKey; id: string | null | undefined }[] = [
    { text: "diff_order", id: order_id },
    { text: "diff_charge", id: charge_id },
    { text: "diff_refund", id: refund_id },
    { text: "diff_stock", id: stock_id },
  ];
  return all.flatMap(({ text, id }) => (id ? [{ text, id }] : []));
}
