import { describe, expect, it, vi } from "vitest";

vi.hoisted(() => Object.assign(globalThis, { location: new URL("http://console.test/console") }));

import { deedsOf, nextKey, strongDeed } from "../../src/console/aftersales/words";
import { earnedMinor, idIn, readRate } from "../../src/console/commissions/rate";
import { inPhase, phaseOf, readTyped } from "../../src/console/flash/phase";
import { draftOf, emptyException, grams, readDraft, readRegions } from "../../src/console/freight/draft";
import { mergeSellable } from "../../src/console/live/sellable";
import { percent, sharesOf } from "../../src/console/orders/shares";
import { cell, refusedFirst, refusedText, shippingTable } from "../../src/console/orders/shipment_file";
import { readDelta } from "../../src/console/stock/delta";

const HOUR = 3_600_000;

describe("an after-sale that waits for the seller", () => {
  const asked = { state: "requested", kind: "refund_only", allowed: ["agree", "refuse"], waits_for: "seller" } as never;

  it("offers agreeing first and says what silence means", () => {
    expect(deedsOf(asked)).toEqual(["agree", "refuse"]);
    expect(strongDeed(asked)).toBe("agree");
    expect(nextKey(asked)).toBe("as_next_requested");
  });

  it("presses for nothing while somebody else has to act", () => {
    const escalated = { state: "escalated", kind: "refund_only", allowed: ["add_evidence"], waits_for: "operator", evidence_wanted: false };
    expect(strongDeed(escalated as never)).toBeNull();
    expect(strongDeed({ ...escalated, evidence_wanted: true } as never)).toBe("add_evidence");
  });

  it("asks for the address that a silent agreement lacks", () => {
    const lacking = { state: "awaiting_return", kind: "return_refund", return_address: null };
    expect(nextKey(lacking as never)).toBe("as_next_awaiting_address");
  });
});

describe("what is taken of an order", () => {
  it("is reckoned on what each line brings, without what went back", () => {
    const line = { amount_minor: 10_000, off_minor: 1000, refunded_minor: 0, fee_bp: 200, commission_bp: 1500 };
    const order = { lines: [line, { ...line, refunded_minor: 9000 }] } as never;
    expect(sharesOf(order)).toEqual({ feeMinor: 180, commissionMinor: 1350 });
    expect([percent(150), percent(2000)]).toEqual(["1.5%", "20%"]);
  });
});

describe("the table of shipments", () => {
  it("keeps what buyers wrote from running as a formula, and commas within their cell", () => {
    expect(cell("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
    expect(cell('a "b", c')).toBe('"a ""b"", c"');
  });

  it("has the orders to ship in it, to be filled in", () => {
    const order = {
      number: "XD1",
      address: { recipient: "小丹", phone: "138", region: "辽宁省", detail: "1 号" },
      lines: [{ title: "草莓", sku_name: "3斤", quantity: 2, refunded_quantity: 1 }],
    };
    expect(shippingTable([order] as never).split("\r\n")[1]).toBe("XD1,,,小丹,138,辽宁省 1 号,草莓 3斤 ×1");
    expect(shippingTable([])).toBe("\uFEFF订单号,快递公司,运单号,收件人,电话,地址,商品\r\n");
  });

  it("shows refused rows first and copies them for a spreadsheet", () => {
    const rows = [
      { row: 2, number: "XD1", outcome: "shipped", reason: null },
      { row: 3, number: "XD2", outcome: "refused", reason: "not_found" },
    ] as const;
    expect(refusedFirst(rows).map((row) => row.row)).toEqual([3, 2]);
    expect(refusedText({ rows: [...rows], shipped: 1, refused: 1 }, (reason) => `(${reason})`)).toBe("3\tXD2\t(not_found)");
  });
});

describe("a flash sale", () => {
  const times = (start: number, end: number, ended: number | null = null) => ({ starts_at_ms: start, ends_at_ms: end, ended_at_ms: ended });

  it("is over when its time is, or when it was ended", () => {
    expect(phaseOf(times(0, 10), 5)).toBe("running");
    expect(phaseOf(times(6, 10), 5)).toBe("next");
    expect(phaseOf(times(0, 10, 4), 5)).toBe("past");
    expect(inPhase([times(0, 30), times(0, 20)], "running", 5)[0]?.ends_at_ms).toBe(20);
  });

  it("takes no price that is no bargain, and no more pieces than there are", () => {
    const typed = { price: "50", pieces: "30", limit: "", startsNow: true, start: "", end: new Date(Date.now() + HOUR).toISOString() };
    const sku = { price_minor: 5000, available: 20 };
    const now = Date.now();
    expect(readTyped(typed, sku, now).wrong).toEqual({ price_minor: "flash_price_not_lower", set_aside: "flash_too_many" });
    expect(readTyped({ ...typed, price: "49.9", pieces: "20" }, sku, now).wanted).toMatchObject({ price_minor: 4990, set_aside: 20, limit_per_buyer: null });
  });
});

describe("a freight template", () => {
  it("comes back from the form as it went in", () => {
    const rate = { first_g: 1000, first_minor: 800, more_g: 500, more_minor: 200, free_above_minor: 9900 };
    const template = { template_id: "t", shop_id: "s", name: "普通", is_default: true, rate, exceptions: [{ regions: ["新疆", "西藏"], rate: null }] };
    const { template_id: _t, shop_id: _s, ...body } = template;
    expect(readDraft(draftOf(template, false)).body).toEqual(body);
  });

  it("says what is missing, and where", () => {
    const draft = draftOf(null, true);
    draft.exceptions.push({ ...emptyException(), isDelivered: false });
    expect(readDraft(draft).errors).toEqual({ name: "required", "rate.first": "required", "rate.more": "required", "exceptions.0.regions": "required" });
    expect(readRegions("新疆、西藏，青海 、新疆")).toEqual(["新疆", "西藏", "青海"]);
    expect([grams(500), grams(1500)]).toEqual(["500 g", "1.5 kg"]);
  });
});

describe("commissions and stock as typed", () => {
  it("reads rates as percent, up to half", () => {
    expect([readRate("12.5"), readRate("20%"), readRate("51"), readRate("")]).toEqual([1250, 2000, "commission_malformed", "required"]);
    expect(earnedMinor(8990, 1250)).toBe(1123);
  });

  it("finds the creator in a pasted link", () => {
    const id = "01a2b3c4-0000-7000-8000-00000000abcd";
    expect(idIn(`http://localhost:8000/rooms/${id}?x=1`)).toBe(id);
    expect(idIn("小丹")).toBeNull();
  });

  it("takes no more from the stock than can be bought", () => {
    expect(readDelta("+5", "restock", 0)).toBe(5);
    expect(readDelta("−3", "correction", 3)).toBe(-3);
    expect(readDelta("-4", "correction", 3)).toBe("stock_delta_too_low");
    expect(readDelta("-1", "restock", 3)).toBe("count_malformed");
  });
});

describe("what a host may sell for a commission", () => {
  it("stands in the list once, at the rate that was agreed, without the host's own goods", () => {
    const agreed = [{ product_id: "p1", title: "茶壶", state: "open", rate_bp: 3000 }, { product_id: "p2", title: "花瓶", state: "proposed", rate_bp: 2000 }];
    const market = [{ product_id: "p1", rate_bp: 1000, shop_id: "a" }, { product_id: "p2", rate_bp: 1000, shop_id: "a" }, { product_id: "p3", rate_bp: 1000, shop_id: "mine" }];
    const found = mergeSellable(agreed as never, market as never, "", "mine");
    expect(found.map((one) => [one.product_id, one.rate_bp])).toEqual([["p1", 3000], ["p2", 1000]]);
  });
});
