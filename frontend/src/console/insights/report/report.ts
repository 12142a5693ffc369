/** What a report shows and in which order. Pure. */
import type { Schemas } from "../../../lib/api/client";

export type Report = Schemas["Report"];
export type ReportFigure = Report["figures"][number];

export const GROUPS = [
  { title: "report_sales", keys: ["gmv_net", "returned", "orders_paid", "buyers", "pieces", "aov", "gpm", "uv_value"] },
  { title: "report_people", keys: ["viewers", "views", "online_max", "watch_average", "new_fans", "fan_share_viewers", "fan_share_buyers", "conversion", "comments", "likes"] },
] as const;
/** These are made of orders, which can be looked at. */
export const OF_ORDERS: readonly string[] = ["gmv", "gmv_net", "returned", "orders_paid", "buyers", "pieces", "aov", "gpm", "uv_value", "fan_share_buyers"];

const OF_REFUNDS: readonly string[] = ["gmv_net", "returned"];

/** Averages and shares of nothing, what is not for these eyes, and refunds while there are none, are left out. */
export function shownOf(report: Report, keys: readonly string[]): ReportFigure[] {
  const known = new Map(report.figures.map((figure) => [figure.key, figure]));
  const hasRefunds = (known.get("returned")?.value ?? 0) > 0;
  return keys.flatMap((key) => known.get(key) ?? []).filter(({ key, value }) => value !== null && (hasRefunds || !OF_REFUNDS.includes(key)));
}

export function valueOf(report: Report, key: string): number | null {
  return report.figures.find((figure) => figure.key === key)?.value ?? null;
}

export function lengthMs(report: Report): number {
  return report.started_at_ms === null || report.ended_at_ms === null ? 0 : Math.max(0, report.ended_at_ms - report.started_at_ms);
}

/** What the report is of: it says so where there is nothing to show. */
export function emptyOf(report: Report): "never" | "nobody" | "unsold" | null {
  if (report.started_at_ms === null) return "never";
  if ((valueOf(report, "orders_paid") ?? 0) > 0) return null;
  return valueOf(report, "viewers") === 0 ? "nobody" : "unsold";
}
