import { describe, expect, it } from "vitest";
import { encode } from "uqr";
import { deviceOf, payOptions } from "../src/viewer/pay/methods";
import { TABS, statesOf } from "../src/viewer/orders/tabs";

const PROVIDERS = [
  { provider: "wechat", methods: ["native", "jsapi", "h5"] },
  { provider: "alipay", methods: ["page", "wap"] },
  { provider: "stripe", methods: ["card"] },
];
const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148";
const methodsOn = (userAgent: string) => payOptions(PROVIDERS, deviceOf(userAgent)).map((option) => option.method);

describe("ways to pay", () => {
  it("are those that work where the buyer sits", () => {
    expect(methodsOn("Mozilla/5.0 (X11; Linux x86_64) Chrome/140")).toEqual(["native", "page", "card"]);
    expect(methodsOn(PHONE)).toEqual(["h5", "wap", "card"]);
    expect(methodsOn(`${PHONE} MicroMessenger/8.0`)).toEqual(["jsapi", "page", "card"]);
  });

  it("leave out a provider of which nothing works here", () => {
    expect(payOptions([{ provider: "wechat", methods: ["jsapi"] }], deviceOf(PHONE))).toEqual([]);
  });
});

it("draws a payment link as a code that a phone can read", () => {
  const code = encode("weixin://wxpay/bizpayurl?pr=AbCdEf", { ecc: "M", border: 3 });
  expect(code.data).toHaveLength(code.size);
  // The finder pattern in the corner, inside the quiet border.
  expect(code.data[3]?.slice(2, 11)).toEqual([false, true, true, true, true, true, true, true, false]);
});

it("looks for orders under every tab by states that the server knows", () => {
  expect(TABS.map((tab) => statesOf(tab))).toEqual([
    [null],
    ["pending_payment"],
    ["paid"],
    ["shipped", "delivered"],
    ["completed"],
    [],
  ]);
});
