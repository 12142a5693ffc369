/** What of an order's goods goes to the platform and to creators, by the rates that were frozen on its lines. Pure. */
import type { Order } from "../state/wire";

type Line = Order["lines"][number];

/** What a rate (in basis points) is taken of: what buyer and platform paid for the line, less what went back. */
export function basisMinor(line: Line): number {
  return Math.max(0, line.amount_minor - line.off_minor - line.refunded_minor);
}

export function shareMinor(line: Line, rateBp: number | null): number {
  return Math.floor((basisMinor(line) * (rateBp ?? 0)) / 10_000);
}

/** Sums over an order. The last cent is decided at settlement. */
export function sharesOf(order: Pick<Order, "lines">): { feeMinor: number; commissionMinor: number } {
  return {
    feeMinor: order.lines.reduce((sum, line) => sum + shareMinor(line, line.fee_bp), 0),
    commissionMinor: order.lines.reduce((sum, line) => sum + shareMinor(line, line.commission_bp), 0),
  };
}

/** `150` → `1.5%` */
export function percent(rateBp: number): string {
  return `${Number((rateBp / 100).toFixed(2))}%`;
}
