import { describe, expect, it } from "vitest";
import type { Coupon } from "../src/viewer/buy/api";
import { PLATFORM, bestCoupon, codeOf, couponsOf, missingMinor, nearestMinor, savingMinor } from "../src/viewer/buy/coupons";

const coupon = (code: string, off_minor: number, min_spend_minor = 0, change: Partial<Coupon> = {}): Coupon => ({
  coupon_id: code,
  shop_id: "s1",
  code,
  title: code,
  off_minor,
  min_spend_minor,
  currency: "CNY",
  valid_until_ms: 2000,
  left: 10,
  ...change,
});

describe("the coupon taken by itself", () => {
  const coupons = [coupon("SMALL", 500), coupon("BIG", 2000, 10_000), coupon("HUGE", 5000, 50_000)];

  it("is the one that saves most of those that count", () => {
    expect(bestCoupon(coupons, 12_000)?.code).toBe("BIG");
    expect(bestCoupon(coupons, 9999)?.code).toBe("SMALL");
    expect(bestCoupon([], 12_000)).toBeNull();
  });

  it("is of two that save the same the one that ends first", () => {
    const equal = [coupon("LATE", 500), coupon("SOON", 500, 0, { valid_until_ms: 1000 })];
    expect(bestCoupon(equal, 9000)?.code).toBe("SOON");
  });

  it("never counts for more than is spent", () => {
    const worth = [coupon("A", 9000), coupon("B", 1000, 0, { valid_until_ms: 1 })];
    expect(savingMinor(coupon("A", 9000), 800)).toBe(800);
    expect(bestCoupon(worth, 800)?.code).toBe("B");
  });

  it("is the next best after the server would not take the best", () => {
    expect(bestCoupon(coupons, 12_000, ["BIG"])?.code).toBe("SMALL");
    expect(codeOf({ kind: "auto" }, coupons, 12_000, ["BIG"])).toBe("SMALL");
  });

  it("gives way to what the buyer chose, also to none and to a code nobody listed", () => {
    expect(codeOf({ kind: "none" }, coupons, 12_000)).toBeNull();
    expect(codeOf({ kind: "code", code: "FRIENDS" }, coupons, 12_000)).toBe("FRIENDS");
  });
});

it("says what is missing until a coupon counts", () => {
  expect(missingMinor(coupon("BIG", 2000, 10_000), 8900)).toBe(1100);
  expect(missingMinor(coupon("BIG", 2000, 10_000), 10_000)).toBe(0);
  expect(nearestMinor([coupon("BIG", 2000, 10_000), coupon("HUGE", 5000, 50_000)], 8900)).toBe(1100);
  expect(nearestMinor([coupon("SMALL", 500)], 8900)).toBeNull();
});

it("keeps the platform's coupons apart from the shops'", () => {
  const all = [coupon("SHOP", 1), coupon("PLATFORM", 1, 0, { shop_id: null }), coupon("OTHER", 1, 0, { shop_id: "s2" })];
  expect(couponsOf(all, "s1").map((one) => one.code)).toEqual(["SHOP"]);
  expect(couponsOf(all, PLATFORM).map((one) => one.code)).toEqual(["PLATFORM"]);
});
