/** How the figures of a board are written. Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";
import { integer, money } from "../../lib/format";
import { seconds, share } from "./wire";

const MONEY: readonly string[] = ["gmv", "gpm", "uv_value"];
const SHARES: readonly string[] = ["conversion", "fan_share_viewers", "fan_share_buyers"];

/** The order on the wall: money first, then people, then how one becomes the other. */
export const ON_WALL = ["orders_paid", "buyers", "gpm", "uv_value", "viewers", "new_fans", "conversion", "watch_average", "fan_share_viewers", "fan_share_buyers"] as const;
export const ON_STRIP = ["viewers", "new_fans", "conversion", "gpm", "uv_value"] as const;

export const STEP_TEXTS: Record<string, MessageKey> = {
  entered: "step_entered",
  watched_minute: "metric_watched_minute",
  clicked: "step_clicked",
  ordered: "step_ordered",
  paid: "step_paid",
};

export function asText(key: string, value: number | null | undefined, currency: string): string {
  if (value == null) return "–";
  if (MONEY.includes(key)) return money(Math.round(value), currency);
  if (SHARES.includes(key)) return share(value);
  if (key === "watch_average") return seconds(value);
  return integer(Math.round(value));
}
