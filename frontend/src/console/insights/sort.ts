/** The order of a room's products by one of their columns. Pure. */
import type { ProductRow } from "./wire";

export type Column = "times_featured" | "impressions" | "clicks" | "click_rate" | "product_views" | "checkout_starts" | "orders_paid" | "pieces" | "gmv_minor";
export type Order = { column: Column; isDown: boolean };

export function clickRate(row: ProductRow): number | null {
  return row.impressions > 0 ? row.clicks / row.impressions : null;
}

function valueOf(row: ProductRow, column: Column): number {
  if (column === "click_rate") return clickRate(row) ?? -1;
  if (column === "times_featured") return row.featured_s;
  return row[column] ?? -1;
}

/** Equal ones keep their place by title, so that nothing jumps. */
export function sorted(rows: readonly ProductRow[], order: Order): ProductRow[] {
  const sign = order.isDown ? -1 : 1;
  return rows.toSorted((a, b) => sign * (valueOf(a, order.column) - valueOf(b, order.column)) || a.title.localeCompare(b.title));
}

/** The same column again turns the order round; another begins with the most. */
export function pressed(order: Order, column: Column): Order {
  return { column, isDown: order.column === column ? !order.isDown : true };
}
