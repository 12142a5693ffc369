import { describe, expect, it } from "vitest";
import { Attempt } from "../src/lib/api/attempt";
import { BubbleQueue, type Purchase } from "../src/lib/live/bubbles";
import { toRefusal } from "../src/viewer/buy/refusal";

const problem = (code: string, status: number, params: Record<string, unknown> = {}) => ({
  code,
  status,
  params,
  title: `text of ${code}`,
  isTransient: status === 0 || status === 429 || status >= 500,
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
    expect(toRefusal(problem("sold_out", 409, { sku_id: "k1", available: 3 }))).toEqual({ kind: "sold_out", skuId: "k1", left: 3 });
  });

  it("names the new price to confirm", () => {
    const refusal = toRefusal(problem("price_changed", 409, { sku_id: "k1", price_minor: 16900 }));
    expect(refusal).toEqual({ kind: "price_changed", skuId: "k1", priceMinor: 16900 });
  });

  it("tells what may simply be repeated from what may not", () => {
    expect(toRefusal(problem("offline", 0)).kind).toBe("again");
    expect(toRefusal(problem("unavailable", 503)).kind).toBe("again");
    expect(toRefusal(problem("idempotency_in_flight", 409)).kind).toBe("again");
    expect(toRefusal(problem("invalid_input", 422)).kind).toBe("other");
    expect(toRefusal(problem("unauthenticated", 401)).kind).toBe("sign_in");
    expect(toRefusal(problem("coupon_refused", 409, { reason: "expired" }))).toEqual({ kind: "coupon", reason: "expired" });
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
