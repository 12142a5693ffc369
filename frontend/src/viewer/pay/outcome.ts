/** What the orders say of how a payment ended. Pure. */
type Stated = { state: string };

const isUnpaid = ({ state }: Stated) => state === "pending_payment";
const isCancelled = ({ state }: Stated) => state === "cancelled";

/** The money is there; the orders follow within moments: null until they have. */
export function endOfCapture(orders: readonly Stated[]): "paid" | "late" | null {
  if (orders.some(isUnpaid)) return null;
  return orders.every(isCancelled) ? "late" : "paid";
}

/** The orders may have moved on by other means, for example paid in another window: null if none has. */
export function endOtherwise(orders: readonly Stated[]): "paid" | "closed" | null {
  if (orders.every(isUnpaid)) return null;
  return orders.some((order) => !isCancelled(order) && !isUnpaid(order)) ? "paid" : "closed";
}
