/** Ways to pay: one a provider, the one that fits where the buyer sits. Pure. */
import type { PayProvider } from "./api";

export type PayOption = { provider: string; method: string };
export type Device = { isPhone: boolean; isWechat: boolean };

export function deviceOf(userAgent: string): Device {
  return { isPhone: /Android|iPhone|iPad|Mobile/i.test(userAgent), isWechat: /MicroMessenger/i.test(userAgent) };
}

/** In the order of preference; what a provider names first is the usual one. */
function preferred({ isPhone, isWechat }: Device): string[] {
  if (isWechat) return ["jsapi", "h5", "native"];
  return isPhone ? ["h5", "wap", "native", "page"] : ["native", "page", "qr"];
}

export function payOptions(providers: readonly PayProvider[], device: Device): PayOption[] {
  return providers.flatMap(({ provider, methods }) => {
    // Outside of WeChat its in-page way does not work at all.
    const usable = methods.filter((method) => device.isWechat || method !== "jsapi");
    const method = preferred(device).find((one) => usable.includes(one)) ?? usable[0];
    return method === undefined ? [] : [{ provider, method }];
  });
}
