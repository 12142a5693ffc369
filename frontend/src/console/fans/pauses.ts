/** Where things stand in the histogram of days between purchases. Pure. */
import type { t as Translate } from "../../lib/i18n/index.svelte";
import type { Repurchase } from "./wire";

type Pauses = Repurchase["pauses"];
type Bar = Pauses["bars"][number];
const MOST_LABELS = 6;

/** The width that all bars but an open one have, in days. */
export function widthOf(bars: readonly Bar[]): number {
  const first = bars[0];
  return first && first.to_days !== null ? first.to_days - first.from_days + 1 : 1;
}

/** How far to the right the median stands, between 0 and 1: in the middle of its day; null if there is none. */
export function medianAt(pauses: Pauses): number | null {
  if (pauses.median_days === null || pauses.bars.length === 0) return null;
  const place = (pauses.median_days + 0.5) / widthOf(pauses.bars);
  return Math.min(place, pauses.bars.length - 0.5) / pauses.bars.length;
}

/** Days that are written below: as many as have room, each where its bar begins; an open bar always. */
export function labelsOf(bars: readonly Bar[]): { at: number; days: number; isOpen: boolean }[] {
  const step = Math.max(1, Math.ceil(bars.length / MOST_LABELS));
  const last = bars.length - 1;
  return bars.flatMap((bar, index) => {
    const isOpen = bar.to_days === null;
    const isNear = bars[last]?.to_days === null && index !== last && last - index < step;
    return isOpen || (index % step === 0 && !isNear) ? [{ at: index / bars.length, days: bar.from_days, isOpen }] : [];
  });
}

export function nameOf(bar: Bar, t: typeof Translate): string {
  if (bar.to_days === null) return t("pauses_or_more", { days: bar.from_days });
  return bar.to_days === bar.from_days ? t("fan_days", { count: bar.from_days }) : t("pauses_between", { from: bar.from_days, to: bar.to_days });
}
