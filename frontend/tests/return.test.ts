import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Charge, ChargeInput } from "../src/viewer/pay/api";
import { Cashier } from "../src/viewer/pay/cashier.svelte";
import { keepForSignIn, takeFromSignIn } from "../src/viewer/pay/memory";
import { endOfCapture, endOtherwise } from "../src/viewer/pay/outcome";
import { readReturn, returnAddress } from "../src/viewer/pay/return_address";
import { Returning } from "../src/viewer/pay/returning.svelte";

const ID = "01a2059a-777d-7487-889b-50b0abc41b12";
const WECHAT = "https://open.weixin.qq.com/connect/oauth2/authorize?state=pay#wechat_redirect";
const signIn = { kind: "page", url: WECHAT, data: {} } as const;
const script = { kind: "client", url: "", data: { package: "prepay_id=1" } } as const;

/** The server, as far as paying goes. */
const server = vi.hoisted(() => ({
  charge: null as unknown,
  orders: {} as Record<string, string>,
  asked: [] as { body: unknown; key: string }[],
  answer: null as unknown,
}));

vi.mock("../src/viewer/pay/api", () => ({
  listMethods: () => Promise.resolve([{ provider: "wechat", methods: ["jsapi"] }]),
  getCharge: () => Promise.resolve(server.charge),
  openCharge: (body: unknown, key: string) => {
    server.asked.push({ body, key });
    return Promise.resolve(server.answer);
  },
}));
vi.mock("../src/viewer/orders/api", () => ({
  getOrder: (order_id: string) => Promise.resolve({ order_id, state: server.orders[order_id], total_minor: 8900, currency: "CNY", expires_at_ms: null }),
}));

const charge = (change: Partial<Charge> = {}): Charge => ({
  charge_id: ID,
  provider: "wechat",
  method: "jsapi",
  state: "pending",
  amount_minor: 17_800,
  currency: "CNY",
  action: signIn,
  order_ids: ["o1", "o2"],
  ...change,
});

class Memory {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

const wentTo: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", { assign: (url: string) => wentTo.push(url), origin: "http://shop.example" });
  vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0 (iPhone) Mobile MicroMessenger/8.0" });
  vi.stubGlobal("sessionStorage", new Memory());
  vi.stubGlobal("localStorage", new Memory());
  Object.assign(server, { charge: charge(), orders: { o1: "pending_payment", o2: "pending_payment" }, asked: [], answer: charge() });
  wentTo.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const asked = (index: number) => server.asked[index] as { body: ChargeInput; key: string };
async function returning(code = ""): Promise<Cashier> {
  const found = new Returning({ chargeId: ID, payerCode: code });
  await found.open();
  return found.cashier as Cashier;
}

describe("the address a provider sends the buyer back to", () => {
  const read = (address: string) => {
    const url = new URL(address, "http://shop.example");
    return readReturn(url.pathname, url.searchParams);
  };

  it("names the charge, whatever the provider has added", () => {
    expect(read(returnAddress(ID))).toEqual({ chargeId: ID, payerCode: "" });
    expect(read(`/?charge=${ID}&out_trade_no=1&sign=x`)).toEqual({ chargeId: ID, payerCode: "" });
    expect(read(`/?charge=${ID}&code=081abc&state=pay`)).toEqual({ chargeId: ID, payerCode: "081abc" });
    expect(read(`/pay/sandbox/${ID}`)).toEqual({ chargeId: ID, payerCode: "" });
  });

  it.each(["/", "/?charge=", "/?charge=../me", "/?code=081abc", `/rooms/x?charge=${ID}`, "/pay/sandbox/x", `/pay/other/${ID}`])(
    "is not %s",
    (address) => expect(read(address)).toBeNull(),
  );
});

describe("who pays inside WeChat", () => {
  it("is found out on WeChat's page, and the orders are remembered on the way", async () => {
    const orders = await Promise.all(["o1", "o2"].map(async (id) => ({ order_id: id, state: "pending_payment" }) as never));
    const cashier = new Cashier(orders);
    await cashier.start();
    expect(wentTo).toEqual([WECHAT]);
    expect(asked(0).body).toEqual({ order_ids: ["o1", "o2"], provider: "wechat", method: "jsapi", payer_code: "" });
    expect(takeFromSignIn("another charge")).toBeNull();
    expect(takeFromSignIn(ID)).toEqual(["o1", "o2"]);
    expect(takeFromSignIn(ID)).toBeNull();
    cashier.leave();
  });

  it("goes into a second request of its own, after which WeChat's script has its turn", async () => {
    const before = new Cashier([{ order_id: "o1", state: "pending_payment" }, { order_id: "o2", state: "pending_payment" }] as never[]);
    await before.start();
    before.leave();
    server.answer = charge({ action: script });
    const cashier = await returning("081abc");
    expect(asked(1).body).toEqual({ order_ids: ["o1", "o2"], provider: "wechat", method: "jsapi", payer_code: "081abc" });
    expect(asked(1).key).not.toBe(asked(0).key);
    expect(wentTo).toHaveLength(1);
    expect([cashier.step, cashier.isBack, cashier.charge?.action?.kind]).toEqual(["acting", false, "client"]);
    cashier.leave();
  });

  it("pays the orders that were meant, even if this window has forgotten them", async () => {
    keepForSignIn({ chargeId: "another charge", orderIds: ["o9"] });
    server.answer = charge({ action: script });
    const cashier = await returning("081abc");
    expect(asked(0).body.order_ids).toEqual(["o1", "o2"]);
    cashier.leave();
  });

  it("is asked for again only when the buyer wants to, not over and over", async () => {
    const cashier = await returning();
    expect([server.asked.length, wentTo.length, cashier.isSignIn]).toEqual([0, 0, true]);
    cashier.signIn();
    expect(wentTo).toEqual([WECHAT]);
    cashier.leave();
  });

  it("is no business of a payment that needs no sign-in", async () => {
    server.charge = charge({ method: "h5", action: { kind: "page", url: "https://wx.example/h5", data: {} } });
    const cashier = await returning("081abc");
    expect(server.asked).toEqual([]);
    expect([cashier.step, cashier.isBack]).toEqual(["acting", true]);
    cashier.leave();
  });
});

describe("a payment that was begun before", () => {
  it.each([
    ["captured", ["paid", "paid"], "paid"],
    ["captured", ["cancelled", "cancelled"], "late"],
    ["captured", ["pending_payment", "pending_payment"], "waiting"],
    ["failed", ["pending_payment", "pending_payment"], "failed"],
    ["closed", ["cancelled", "cancelled"], "closed"],
    ["closed", ["paid", "paid"], "paid"],
  ] as const)("that is %s, its orders %s, is shown as %s", async (state, orders, step) => {
    server.charge = charge({ state });
    server.orders = { o1: orders[0], o2: orders[1] };
    const cashier = await returning();
    expect(cashier.step).toBe(step);
    cashier.leave();
  });

  it("is followed until it is decided", async () => {
    const cashier = await returning();
    server.charge = charge({ state: "captured" });
    server.orders = { o1: "paid", o2: "paid" };
    await vi.advanceTimersByTimeAsync(1000);
    expect(cashier.step).toBe("paid");
  });

  it("can be tried again after it failed, as a new attempt", async () => {
    server.charge = charge({ state: "failed", method: "native", action: null });
    const cashier = await returning();
    server.answer = charge({ method: "native", action: { kind: "qr", url: "weixin://x", data: {} } });
    await cashier.ask();
    expect(asked(0).body).toMatchObject({ order_ids: ["o1", "o2"], method: "native" });
    expect(cashier.step).toBe("acting");
    cashier.leave();
  });
});

it("says of several orders what is true of them together", () => {
  const of = (...states: string[]) => states.map((state) => ({ state }));
  expect(endOfCapture(of("paid", "pending_payment"))).toBeNull();
  expect(endOfCapture(of("paid", "cancelled"))).toBe("paid");
  expect(endOtherwise(of("pending_payment"))).toBeNull();
  expect(endOtherwise(of("pending_payment", "cancelled"))).toBe("closed");
  expect(endOtherwise(of("shipped", "pending_payment"))).toBe("paid");
});
