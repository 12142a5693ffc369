/** What waits, in the order in which it should be done: what has a deadline first. Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { IconName } from "../../lib/ui";
import type { Home } from "../insights/wire";

export type Todo = {
  id: "notices" | "webhooks" | "ship" | "after_sales" | "payout_failed" | "rejected" | "low_stock" | "in_review" | "payout";
  icon: IconName;
  title: MessageKey;
  deed: MessageKey;
  href: string;
  /** How many there are; null where an amount or nothing stands instead. */
  count: number | null;
  isUrgent: boolean;
};

/** The platform's notices: what it says, or that one of the shop's webhooks takes nothing. */
export function noticesOf(home: Home, which: "notices" | "webhooks"): NonNullable<Home["notices"]> {
  return (home.notices ?? []).filter((notice) => notice.kind.startsWith("webhook_") === (which === "webhooks"));
}

export function todosOf(home: Home): Todo[] {
  const todos: Todo[] = [];
  const add = (id: Todo["id"], icon: IconName, href: string, count: number | null, isUrgent = false) =>
    todos.push({ id, icon, href, count, isUrgent, title: `todo_${id}`, deed: `todo_${id}_deed` });
  const notices = noticesOf(home, "notices").length;
  if (notices > 0) add("notices", "warning", "/console/settings/notices", notices, true);
  if (home.to_ship && home.to_ship.count > 0) add("ship", "truck", "/console/orders?state=paid", home.to_ship.count, home.to_ship.late > 0);
  if (home.after_sales && home.after_sales.count > 0) add("after_sales", "return", "/console/after-sales", home.after_sales.count);
  if (home.money?.has_failed_payout) add("payout_failed", "warning", "/console/money", null, true);
  const troubled = noticesOf(home, "webhooks").length;
  if (troubled > 0) add("webhooks", "warning", "/console/settings/webhooks", troubled, true);
  if (home.products && home.products.rejected > 0) add("rejected", "warning", "/console/products?state=rejected", home.products.rejected);
  if (home.low_stock && home.low_stock.count > 0) add("low_stock", "bag", "/console/products?state=low", home.low_stock.count);
  if (home.products && home.products.in_review > 0) add("in_review", "clock", "/console/products?state=in_review", home.products.in_review);
  if (home.money && home.money.available_minor > 0) add("payout", "wallet", "/console/money", null);
  return todos;
}
