import { expect, it } from "vitest";
import { NONE, countSet, daysOf, fromSaved, ordersHref, queryOf, readFilter, toSaved, writeFilter } from "../../src/console/orders/filter";
import { listDeed, step } from "../../src/console/orders/keys";

const FULL = {
  ...NONE,
  q: "0001",
  state: "paid",
  from: "2026-11-01",
  to: "2026-11-11",
  room: "0190c1a2-0000-7000-8000-000000000001",
  carrier: "顺丰",
  tag: "加急",
  afterSale: "no",
  held: true,
  late: true,
  buyer: "0190c1a2-0000-7000-8000-000000000002",
  paidFrom: "2026-11-01",
  paidTo: "2026-11-30",
  paid: true,
  purchase: true,
  first: true,
  firstMonth: "2026-03",
  source: "video",
  video: "0190c1a2-0000-7000-8000-000000000003",
  soldInRoom: "0190c1a2-0000-7000-8000-000000000004",
  soldInVideo: "0190c1a2-0000-7000-8000-000000000005",
  videoFromMs: "3000",
  videoToMs: "4000",
  flashSale: "0190c1a2-0000-7000-8000-000000000006",
  coupon: "0190c1a2-0000-7000-8000-000000000007",
  category: "food/fruit",
  ids: "0190c1a2-0000-7000-8000-000000000008,0190c1a2-0000-7000-8000-000000000009",
  notCancelled: true,
  paidFromMs: "1790000000000",
  paidToMs: "1790000060000",
  refundedFrom: "2026-11-02",
  refundedTo: "2026-11-03",
  boughtFrom: "2024-11-02",
  boughtTo: "2026-10-03",
  oneIn: "3",
  min: "12.5",
  max: "100",
  sort: "oldest",
} as const;

it("finds in the address again what it wrote there, and nothing that makes no sense", () => {
  expect(readFilter(writeFilter(FULL))).toEqual(FULL);
  expect(writeFilter(NONE).toString()).toBe("");
  expect(readFilter(new URLSearchParams("ids=0190c1a2-0000-7000-8000-000000000008,x")).ids).toBe("");
  expect(queryOf(NONE)).not.toHaveProperty("order_ids");
  expect(readFilter(new URLSearchParams("state=lost&room=x&from=yesterday&min=-3&sort=best"))).toEqual(NONE);
  expect(readFilter(new URLSearchParams("number=7K3M-9XQ2")).q).toBe("7K3M-9XQ2");
});

it("keeps a filter and shows it again as it was, amounts and days included", () => {
  expect(fromSaved(toSaved(FULL))).toEqual(FULL);
  expect(toSaved(FULL)).toMatchObject({ min_minor: 1250, max_minor: 10_000, after_sale: false });
  expect(fromSaved(toSaved(NONE))).toEqual(NONE);
});

it("leads from a figure to its orders, by days of the books that a month has", () => {
  expect(ordersHref({ firstMonth: "2026-11", purchase: true, ...daysOf("2026-11", 3) })).toBe("/console/orders?paid_from=2027-02-01&paid_to=2027-02-28&first_month=2026-11&purchase=1");
  expect(daysOf("2028-02")).toEqual({ paidFrom: "2028-02-01", paidTo: "2028-02-29" });
});

it("asks the server for nothing that is not set", () => {
  expect(queryOf(NONE)).toEqual({ sort: "newest" });
  expect(Object.keys(queryOf({ ...NONE, late: true, q: " 李 " })).sort()).toEqual(["late", "q", "sort"]);
  expect([countSet(NONE), countSet({ ...NONE, q: "x", state: "paid" }), countSet(FULL)]).toEqual([0, 0, 36]);
});

it("moves through a list by keyboard, and leaves fields and buttons what they are typed for", () => {
  const key = (name: string, inside = "") => ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    defaultPrevented: false,
    target: { closest: (selector: string) => (inside && selector.includes(inside) ? {} : null) } as unknown as EventTarget,
  });
  expect(["j", "k", "x", "Enter", "?", "q"].map((name) => listDeed(key(name)))).toEqual(["down", "up", "select", "open", "help", null]);
  expect(listDeed(key("j", "input"))).toBeNull();
  expect(listDeed(key("Enter", "button"))).toBeNull();
  expect(listDeed({ ...key("j"), ctrlKey: true })).toBeNull();
  expect([step([], null, 1), step(["a", "b"], null, 1), step(["a", "b"], "a", 1), step(["a", "b"], "b", 1), step(["a", "b"], "a", -1)]).toEqual([null, "a", "b", "b", "a"]);
});
