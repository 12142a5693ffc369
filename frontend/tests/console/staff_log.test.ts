import { expect, it, vi } from "vitest";

vi.hoisted(() => Object.assign(globalThis, { location: new URL("http://console.test/console") }));

import { daysOf } from "../../src/console/staff/log";
import { linkOf } from "../../src/console/staff/words";

it("reads days as the reader's own, the last one to its end", () => {
  const { since_ms, until_ms } = daysOf("2026-11-28", "2026-11-28");
  expect((until_ms ?? 0) - (since_ms ?? 0)).toBe(24 * 3600 * 1000);
  expect(daysOf("", "")).toEqual({ since_ms: undefined, until_ms: undefined });
  expect(daysOf("nonsense", "")).toEqual({ since_ms: undefined, until_ms: undefined });
});

it("leads from a deed to what it was done to, if there is a page of it", () => {
  expect(linkOf({ deed: "order.shipped", target: "7" })).toBe("/console/orders?order=7");
  expect(linkOf({ deed: "product.edited", target: "8" })).toBe("/console/products/8");
  expect(linkOf({ deed: "shop.renamed", target: "" })).toBeNull();
  expect(linkOf({ deed: "staff.left", target: "9" })).toBeNull();
});
