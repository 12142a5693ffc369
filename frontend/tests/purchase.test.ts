import { describe, expect, it } from "vitest";
import { Attempt } from "../src/lib/api/attempt";
import { BubbleQueue, type Purchase } from "../src/lib/live/bubbles";
import type { QuotedLine, QuotedShop } from "../src/viewer/buy/api";
import { fewerOf, isMendable, quotedProblem, toRefusal } from "../src/viewer/buy/refusal";
import { sumsOf } from "../src/viewer/buy/sums";

const problem = (code: string, status: number, params: Record<string, unknown> = {}) => ({
  code,
  status,
  params,
  title: `text of ${code}`,
  isTransient: status === 0 || status === 429 || status >= 500,
});

const line = (change: Partial<QuotedLine> = {}): QuotedLine => ({
  sku_id: "k1",
  price_minor: 8900,
  amount_minor: 8900,
  available: 50,
  problem: null,
  limit: null,
  left: null,
  ...change,
});

const shop = (change: Partial<QuotedShop> = {}): QuotedShop => ({
  shop_id: "s1",
  shop_name: "草莓园",
  is_open: true,
  lines: [line()],
  subtotal_minor: 8900,
  off_minor: 500,
  platform_off_minor: 100,
  freight_minor: 600,
  total_minor: 8900,
  coupon_refused: null,
  ...change,
});

describe("an attempt to buy", () => {
  it("keeps its key while the answer is unknown, so that nobody pays twice", () => {
    const attempt = new Attempt();
    const key = attempt.keyFor({ sku: "k1", quantity: 1 });
    expect(attempt.keyFor({ sku: "k1", quantity: 1 })).toBe(key);
  });

  it("is another one when something else is asked, or the server has decided", () => {
    const attempt = new Attempt();
    const key = attempt.keyFor({ quantity: 1 });
    const other = attempt.keyFor({ quantity: 2 });
    expect(other).not.toBe(key);
    attempt.settle();
    expect(attempt.keyFor({ quantity: 2 })).not.toBe(other);
  });
});

describe("a refused checkout", () => {
  it("says what is left and of what", () => {
    const refusal = toRefusal(problem("sold_out", 409, { sku_id: "k1", available: 3, shop_name: "草莓园" }));
    expect(refusal).toEqual({ kind: "line", skuId: "k1", shopName: "草莓园", problem: { kind: "sold_out", left: 3 } });
  });

  it("names the new price to confirm, and how many one buyer may still have", () => {
    const changed = toRefusal(problem("price_changed", 409, { sku_id: "k1", price_minor: 16900 }));
    expect(changed).toMatchObject({ skuId: "k1", problem: { kind: "price_changed", priceMinor: 16900 } });
    const limited = toRefusal(problem("purchase_limit", 409, { sku_id: "k1", limit: 2, left: 1 }));
    expect(limited).toMatchObject({ problem: { kind: "purchase_limit", limit: 2, left: 1 } });
  });

  it.each(["no_delivery", "not_on_sale", "shop_closed"])("tells %s of the line it stands in the way of", (code) => {
    expect(toRefusal(problem(code, 409, { sku_id: "k2" }))).toMatchObject({ kind: "line", skuId: "k2", problem: { kind: code } });
  });

  it("tells what may simply be repeated from what may not", () => {
    expect(toRefusal(problem("offline", 0)).kind).toBe("again");
    expect(toRefusal(problem("unavailable", 503)).kind).toBe("again");
    expect(toRefusal(problem("idempotency_in_flight", 409)).kind).toBe("again");
    expect(toRefusal(problem("invalid_input", 422)).kind).toBe("other");
    expect(toRefusal(problem("unauthenticated", 401)).kind).toBe("sign_in");
    const coupon = toRefusal(problem("coupon_refused", 409, { reason: "expired", shop_id: "s1" }));
    expect(coupon).toEqual({ kind: "coupon", reason: "expired", shopId: "s1" });
  });

  it("leaves the button to those problems that it can mend", () => {
    expect(isMendable({ kind: "price_changed", priceMinor: 1 })).toBe(true);
    expect(isMendable({ kind: "sold_out", left: 2 })).toBe(true);
    expect(isMendable({ kind: "sold_out", left: 0 })).toBe(false);
    expect(isMendable({ kind: "purchase_limit", limit: 2, left: 0 })).toBe(false);
    expect(isMendable({ kind: "no_delivery" })).toBe(false);
  });
});

describe("a quote", () => {
  it("is one bill over all shops", () => {
    const quote = { shops: [shop(), shop({ shop_id: "s2", freight_minor: 0 })], platform_coupon_refused: null, total_minor: 17_200, currency: "CNY" };
    expect(sumsOf(quote)).toEqual({
      subtotal_minor: 17_800,
      off_minor: 1000,
      platform_off_minor: 200,
      freight_minor: 600,
      total_minor: 17_200,
      currency: "CNY",
    });
  });

  it("names what is wrong with a line before anybody presses", () => {
    expect(quotedProblem(shop(), line())).toBeNull();
    expect(quotedProblem(shop(), line({ problem: "sold_out", available: 2 }))).toEqual({ kind: "sold_out", left: 2 });
    expect(quotedProblem(shop(), line({ problem: "price_changed", price_minor: 9900 }))).toEqual({ kind: "price_changed", priceMinor: 9900 });
    expect(quotedProblem(shop({ is_open: false }), line())).toEqual({ kind: "shop_closed" });
  });

  it("says how many one buyer may still have, and offers that many", () => {
    const some = quotedProblem(shop(), line({ problem: "purchase_limit", limit: 3, left: 1 }));
    expect(some).toEqual({ kind: "purchase_limit", limit: 3, left: 1 });
    expect(some && fewerOf(some)).toBe(1);
    const none = quotedProblem(shop(), line({ problem: "purchase_limit", limit: 3, left: 0 }));
    expect(none && [fewerOf(none), isMendable(none)]).toEqual([null, false]);
    expect(fewerOf({ kind: "sold_out", left: 2 })).toBe(2);
    expect(fewerOf({ kind: "price_changed", priceMinor: 1 })).toBeNull();
  });
});

describe("purchase bubbles", () => {
  const bought = (name: string, buyers = 1): Purchase => ({
    kind: "purchase",
    at_ms: 1,
    name,
    product_id: "p1",
    title: "草莓",
    quantity: 2,
    buyers,
  });

  it("come in order, and a rush is merged without losing a buyer", () => {
    const queue = new BubbleQueue();
    for (let n = 0; n < 10; n += 1) queue.add(bought(`${n}*`, n === 9 ? 5 : 1));
    const shown = [queue.next(), queue.next(), queue.next(), queue.next()];
    expect(shown.map((bubble) => bubble?.buyers)).toEqual([1, 1, 12, undefined]);
    expect(shown[0]?.name).toBe("0*");
  });
});
