/** Which coupon serves best, and what the others lack. Pure. */
import type { Coupon } from "./api";

/** Stands where a shop's id would, for coupons of the platform. */
export const PLATFORM = "platform";

/** `auto`: the best one, whatever is chosen later. */
export type CouponChoice = { kind: "auto" } | { kind: "none" } | { kind: "code"; code: string };

export const AUTO: CouponChoice = { kind: "auto" };

export function couponsOf(coupons: readonly Coupon[], shopId: string): Coupon[] {
  return coupons.filter((coupon) => (coupon.shop_id ?? PLATFORM) === shopId);
}

/** What still has to be put into the order before the coupon counts. */
export function missingMinor(coupon: Coupon, spendMinor: number): number {
  return Math.max(0, coupon.min_spend_minor - spendMinor);
}

/** How little is missing until one of them counts; null if none is out of reach. */
export function nearestMinor(coupons: readonly Coupon[], spendMinor: number): number | null {
  const missing = coupons.map((coupon) => missingMinor(coupon, spendMinor)).filter((minor) => minor > 0);
  return missing.length > 0 ? Math.min(...missing) : null;
}

export function savingMinor(coupon: Coupon, spendMinor: number): number {
  return missingMinor(coupon, spendMinor) > 0 ? 0 : Math.min(coupon.off_minor, spendMinor);
}

/** The one that saves most; of equal ones the one that ends first. `refused` are codes that the server would not take. */
export function bestCoupon(coupons: readonly Coupon[], spendMinor: number, refused: readonly string[] = []): Coupon | null {
  const fitting = coupons.filter((coupon) => savingMinor(coupon, spendMinor) > 0 && !refused.includes(coupon.code));
  fitting.sort(
    (a, b) => savingMinor(b, spendMinor) - savingMinor(a, spendMinor) || a.valid_until_ms - b.valid_until_ms,
  );
  return fitting[0] ?? null;
}

/** The code to send for a choice. */
export function codeOf(
  choice: CouponChoice,
  coupons: readonly Coupon[],
  spendMinor: number,
  refused: readonly string[] = [],
): string | null {
  if (choice.kind === "code") return choice.code;
  return choice.kind === "auto" ? (bestCoupon(coupons, spendMinor, refused)?.code ?? null) : null;
}
