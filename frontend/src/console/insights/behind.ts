/** The orders behind figures, for who may see orders of a shop. */
import { type Asked, hrefOf } from "../orders/behind/asked";
import { type Filter, ordersHref } from "../orders/filter";
import { may, session } from "../state/session.svelte";

/** Where these orders are listed; undefined for who may not see them, or has no shop. */
export function ordersBehind(asked: Partial<Filter>): string | undefined {
  return session.shop && may("orders:read") ? ordersHref(asked) : undefined;
}

/** These are made of paid orders, some of them with visits. What part of a room's viewers bought is not: who bought unseen is left out. */
const OF_PAID: readonly string[] = ["gmv", "gmv_net", "returned", "orders_paid", "buyers", "pieces", "aov", "video_conversion", "gpm", "uv_value", "fan_share_buyers"];

/** The steps of a room that are made of orders; those ordered may wait for payment. */
export function stepsBehind(roomId: string): Record<string, string | undefined> {
  return { ordered: ordersBehind({ room: roomId }), paid: ordersBehind({ soldInRoom: roomId, paid: true }) };
}

/** Where the orders behind a figure are listed that the desk cannot be asked for; undefined as above. */
export function behindList(asked: Asked): string | undefined {
  return session.shop && may("orders:read") ? hrefOf(asked) : undefined;
}

/** As `ordersBehind`, if the figure is made of paid orders. */
export function paidBehind(metric: string, asked: Partial<Filter>): string | undefined {
  if (metric === "conversion" && asked.soldInRoom) return behindList({ kind: "seen", room: asked.soldInRoom });
  return OF_PAID.includes(metric) ? ordersBehind({ ...asked, paid: true }) : undefined;
}
