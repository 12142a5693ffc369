/** How the buyer looks for orders. Pure. */
import type { OrderState } from "./api";

export const TABS = ["all", "to_pay", "to_ship", "to_receive", "done", "after_sales"] as const;
export type Tab = (typeof TABS)[number];

const STATES: Record<Tab, (OrderState | null)[]> = {
  all: [null],
  to_pay: ["pending_payment"],
  to_ship: ["paid"],
  to_receive: ["shipped", "delivered"],
  done: ["completed"],
  after_sales: [],
};

/** The states to ask the server for; null is any. */
export function statesOf(tab: Tab): (OrderState | null)[] {
  return STATES[tab];
}
