import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AfterSale, State } from "../src/viewer/aftersales/api";
import { canAsk, kindsFor, mostMinor } from "../src/viewer/aftersales/claim";
import { DEEDS, deedsOf, nextKey, strongDeed } from "../src/viewer/aftersales/words";
import type { Order, OrderLine } from "../src/viewer/orders/api";

const line = (line_no: number, change: Partial<OrderLine> = {}): OrderLine => ({
  line_no,
  sku_id: `k${line_no}`,
  product_id: "p1",
  title: "草莓",
  sku_name: "3 斤",
  picture_url: null,
  quantity: 3,
  price_minor: 1000,
  amount_minor: 3000,
  off_minor: 0,
  platform_off_minor: 0,
  paid_minor: 3000,
  refunded_quantity: 0,
  refunded_minor: 0,
  room_id: null, video_id: null,
  fee_bp: null,
  commission_bp: null,
  creator_id: null,
  ...change,
});
const order = (lines: OrderLine[], change: Partial<Order> = {}) =>
  ({ state: "shipped", lines, freight_minor: 600, refunded_minor: 0, shipment: {}, ...change }) as Order;
const afterSale = (change: Partial<AfterSale>) =>
  ({ line_no: 1, state: "requested", kind: "return_refund", waits_for: "seller", allowed: [], opened_at_ms: 1, return_address: null, evidence_wanted: false, ...change }) as AfterSale;

describe("what can come back", () => {
  it("is what was paid for the pieces, to the cent over all of them", () => {
    const odd = line(1, { paid_minor: 1000 });
    expect(mostMinor(order([odd]), odd, 1).goodsMinor).toBe(333);
    const after = { ...odd, refunded_quantity: 1, refunded_minor: 333 };
    expect(mostMinor(order([after]), after, 2).goodsMinor).toBe(667);
  });

  it("includes the freight only if a whole unshipped order goes back", () => {
    const whole = order([line(1)], { state: "paid", shipment: null });
    expect(mostMinor(whole, whole.lines[0] as OrderLine, 3).freightMinor).toBe(600);
    expect(mostMinor(whole, whole.lines[0] as OrderLine, 2).freightMinor).toBe(0);
    const two = order([line(1), line(2)], { state: "paid", shipment: null });
    expect(mostMinor(two, two.lines[0] as OrderLine, 3).freightMinor).toBe(0);
    expect(mostMinor(order([line(1)]), line(1), 3).freightMinor).toBe(0);
  });

  it("can be asked for once at a time, while something is left", () => {
    const one = line(1);
    expect(canAsk(order([one]), one, [])).toBe(true);
    expect(canAsk(order([one]), one, [afterSale({})])).toBe(false);
    expect(canAsk(order([one]), one, [afterSale({ state: "closed" })])).toBe(true);
    expect(canAsk(order([one]), one, [afterSale({ state: "closed" }), afterSale({ opened_at_ms: 2 })])).toBe(false);
    expect(canAsk(order([one]), line(1, { refunded_quantity: 3 }), [])).toBe(false);
    expect(kindsFor("paid")).toEqual(["refund_only"]);
    expect(kindsFor("pending_payment")).toEqual([]);
  });
});

describe("an after-sale in words", () => {
  const STATES: State[] = ["requested", "refused", "awaiting_return", "returning", "awaiting_resend", "resent", "escalated", "refunding", "refunded", "exchanged", "closed"];
  const texts = JSON.parse(readFileSync(new URL("../../src/xiaodian/messages/zh/sheets.json", import.meta.url), "utf8"));

  it.each(STATES)("says of %s what it is and what comes next", (state) => {
    for (const kind of ["refund_only", "return_refund", "exchange"] as const) {
      for (const change of [{}, { evidence_wanted: true }, { allowed: ["request_again" as const] }, { waits_for: "operator" as const }]) {
        expect(texts).toHaveProperty(nextKey(afterSale({ state, kind, ...change })));
      }
    }
    expect(texts).toHaveProperty(`after_sale_state_${state}`);
  });

  it("offers the buyer's deeds, and makes the next one strong only when it is the buyer's turn", () => {
    const refused = afterSale({ state: "refused", waits_for: "buyer", allowed: ["withdraw", "escalate", "request_again"] });
    expect(deedsOf(refused)).toEqual(["request_again", "escalate", "withdraw"]);
    expect(strongDeed(refused)).toBe("request_again");
    expect(strongDeed(afterSale({ allowed: ["withdraw"] }))).toBeNull();
    expect(strongDeed(afterSale({ state: "resent", waits_for: "seller", allowed: ["receive_exchange"] }))).toBeNull();
    for (const deed of DEEDS) expect(texts).toHaveProperty(`deed_${deed}`);
  });
});
