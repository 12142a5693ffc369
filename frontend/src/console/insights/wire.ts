/** What the API answers about figures, and how each is written. */
import type { Schemas } from "../../lib/api/client";
import { integer, money } from "../../lib/format";
import { durationParts } from "../../lib/format";
import { locale, t } from "../../lib/i18n/index.svelte";

export type Home = Schemas["HomeView"];
export type Figure = Home["figures"][number];
export type RoomReport = Schemas["RoomReport"];
export type Metrics = RoomReport["metrics"];
export type Span = RoomReport["featured"][number];
export type Minutes = Schemas["RoomMinutes"];
export type Minute = Minutes["items"][number];
export type ProductRow = Schemas["RoomProduct"];
export type ShopRoom = Schemas["ShopRoom"];
export type Definition = Schemas["Definition"];

const UNITS: Record<string, Definition["unit"]> = { gmv: "money", refunded: "money", visitor_conversion: "share" };

/** A share to the tenth of a per cent, wherever it stands; what is there at all is not written as nought. */
export function share(value: number): string {
  const percent = (of: number) => new Intl.NumberFormat(locale(), { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(of);
  return value > 0 && value < 0.0005 ? `<${percent(0.001)}` : percent(value);
}

export function seconds(value: number): string {
  if (value < 60) return new Intl.NumberFormat(locale(), { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 0 }).format(value);
  const { days, hours, minutes } = durationParts(value * 1000);
  const total = days * 24 + hours;
  return total > 0 ? t("hours_minutes", { hours: total, minutes }) : t("minutes", { minutes });
}

/** A figure of the home page; `–` where there is none. */
export function written(key: string, value: number | null, currency: string): string {
  if (value === null) return "–";
  const unit = UNITS[key] ?? "count";
  if (unit === "money") return money(value, currency);
  return unit === "share" ? share(value) : integer(value);
}

/** By what part today is above (or below) another day; null where nothing can be said. */
export function change(today: number | null, other: number | null): number | null {
  if (today === null || other === null || other === 0) return null;
  return (today - other) / other;
}
