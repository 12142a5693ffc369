/** How the figures of a board are written. Pure. */
import { integer, money } from "../../lib/format";
import { type ProductRow, seconds, share } from "./wire";

const MONEY: readonly string[] = ["gmv", "gpm", "uv_value", "returned", "gmv_net", "aov"];
/** More of these is worse. */
const WORSE: readonly string[] = ["returned"];
const SHARES: readonly string[] = ["conversion", "fan_share_viewers", "fan_share_buyers"];

/** The order on the wall: money first, then people, then how one becomes the other. */
export const ON_WALL = ["orders_paid", "buyers", "gpm", "uv_value", "viewers", "new_fans", "conversion", "watch_average", "fan_share_viewers", "fan_share_buyers"] as const;
export const ON_STRIP = ["viewers", "new_fans", "conversion", "gpm", "uv_value"] as const;

export function asText(key: string, value: number | null | undefined, currency: string): string {
  if (value == null) return "–";
  if (MONEY.includes(key)) return money(Math.round(value), currency);
  if (SHARES.includes(key)) return share(value);
  if (key === "watch_average") return seconds(value);
  return integer(Math.round(value));
}

/** What brought most first, as the server has it. */
export function byBrought(products: readonly ProductRow[]): ProductRow[] {
  return products.toSorted((a, b) => (b.gmv_minor ?? 0) - (a.gmv_minor ?? 0) || b.orders_paid - a.orders_paid || b.clicks - a.clicks);
}

/** Whether it is good news that a figure changed so. */
export function isBetter(key: string, by: number): boolean {
  return by > 0 !== WORSE.includes(key);
}
