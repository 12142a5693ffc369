import { describe, expect, it } from "vitest";
import { type CouponDraft, readCoupon } from "../../src/console/operator/coupon_draft";
import { rulingsOf, timeLeft, tracesOf } from "../../src/console/operator/words";

const HOUR_MS = 3_600_000;

describe("a case", () => {
  it("offers only the rulings that its state allows", () => {
    expect(rulingsOf({ allowed: ["rule_negotiate", "rule_buyer"] })).toEqual(["buyer", "negotiate"]);
    expect(rulingsOf({ allowed: [] })).toEqual([]);
  });

  it("becomes urgent a day before silence decides it", () => {
    expect(timeLeft(49 * HOUR_MS, 0)).toEqual({ text: "op_left_days", params: { days: 2, hours: 1 }, isUrgent: false });
    expect(timeLeft(23 * HOUR_MS + 90_000, 0)).toEqual({ text: "op_left_hours", params: { hours: 23, minutes: 1 }, isUrgent: true });
    expect(timeLeft(5, 5)).toEqual({ text: "op_left_none", params: {}, isUrgent: true });
  });
});

describe("a difference between books", () => {
  it("names whatever can be looked up", () => {
    expect(tracesOf({ kind: "other_amount", detail: "", order_id: "o", charge_id: "c", refund_id: null })).toEqual([
      { text: "diff_order", id: "o" },
      { text: "diff_charge", id: "c" },
    ]);
    expect(tracesOf({ kind: "no_statement", detail: "503" })).toEqual([]);
  });
});

describe("a platform's coupon", () => {
  const NOW = Date.UTC(2026, 10, 1);
  const draft: CouponDraft = { code: " xd-11 ", title: " 双十一 ", off: "20", minSpend: "", quota: "1000", perAccount: "1", until: "2026-11-12T00:00", isListed: true };

  it("is read with its code in capitals, and without a least sum if none is given", () => {
    const { coupon, wrong } = readCoupon(draft, NOW);
    expect(wrong).toEqual({});
    expect(coupon).toMatchObject({ code: "XD-11", title: "双十一", off_minor: 2000, min_spend_minor: 0, quota: 1000, per_account: 1, is_listed: true });
  });

  it("says at each field what is wrong, and is not issued", () => {
    const { coupon, wrong } = readCoupon({ ...draft, code: "x y", off: "0", minSpend: "abc", quota: "1.5", perAccount: "1001", until: "2026-10-01T00:00" }, NOW);
    expect(coupon).toBeNull();
    expect(wrong).toEqual({
      code: "coupon_code_malformed",
      off_minor: "price_zero",
      min_spend_minor: "price_malformed",
      quota: "count_malformed",
      per_account: "count_malformed",
      valid_until_ms: "coupon_until_past",
    });
  });
});
