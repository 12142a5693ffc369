/** What can be asked for and how much comes back; the same reckoning as the server's, which decides. Pure. */
import type { Order, OrderLine, OrderState } from "../orders/api";
import type { AfterSale, Kind, State } from "./api";

const ALL: Kind[] = ["refund_only", "return_refund", "exchange"];
const KINDS: Record<OrderState, Kind[]> = {
  pending_payment: [],
  paid: ["refund_only"],
  shipped: ALL,
  delivered: ALL,
  completed: ALL,
  cancelled: [],
};
const ENDED: State[] = ["refunded", "exchanged", "closed"];

export function kindsFor(state: OrderState): Kind[] {
  return KINDS[state];
}

export function isEnded(afterSale: AfterSale): boolean {
  return ENDED.includes(afterSale.state);
}

export function leftQuantity(line: OrderLine): number {
  return line.quantity - line.refunded_quantity;
}

/** The last after-sale of a line. */
export function latestOf(line: OrderLine, afterSales: readonly AfterSale[]): AfterSale | null {
  const ofLine = afterSales.filter((one) => one.line_no === line.line_no);
  return ofLine.reduce<AfterSale | null>((latest, one) => (latest && latest.opened_at_ms > one.opened_at_ms ? latest : one), null);
}

/** Whether an after-sale can be asked for: something is left of the line, and none is open. */
export function canAsk(order: Order, line: OrderLine, afterSales: readonly AfterSale[]): boolean {
  const latest = latestOf(line, afterSales);
  return kindsFor(order.state).length > 0 && leftQuantity(line) > 0 && (latest === null || isEnded(latest));
}

/** All that can come back for so many pieces: what was paid for them, and the freight if a whole unshipped order goes back. */
export function mostMinor(order: Order, line: OrderLine, quantity: number): { goodsMinor: number; freightMinor: number } {
  const share = (pieces: number) => Math.floor((line.paid_minor * pieces) / line.quantity);
  const ofPieces = share(line.refunded_quantity + quantity) - share(line.refunded_quantity);
  const isLast = order.lines.every((one) => leftQuantity(one) === (one.line_no === line.line_no ? quantity : 0));
  const refundedGoods = order.lines.reduce((sum, one) => sum + one.refunded_minor, 0);
  const freightLeft = order.freight_minor - Math.max(0, order.refunded_minor - refundedGoods);
  return {
    goodsMinor: Math.max(0, Math.min(ofPieces, line.paid_minor - line.refunded_minor)),
    freightMinor: order.shipment === null && isLast ? freightLeft : 0,
  };
}
