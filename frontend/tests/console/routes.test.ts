import { expect, it, vi } from "vitest";

// The router reads the address when it is loaded.
vi.hoisted(() => Object.assign(globalThis, { location: new URL("http://console.test/console") }));

import { needsNoShop, rightFor, routeOf, sectionOf } from "../../src/console/routes";

it("finds the page of every path a host may have kept", () => {
  expect(routeOf("/console")).toEqual({ page: "home" });
  expect(routeOf("/console/")).toEqual({ page: "home" });
  expect(routeOf("/console/orders")).toEqual({ page: "orders" });
  expect(routeOf("/console/rooms/0190-ab")).toEqual({ page: "room", id: "0190-ab" });
  expect(routeOf("/console/products/new")).toEqual({ page: "product", id: "new" });
  expect(routeOf("/console/after-sales")).toEqual({ page: "after-sales" });
  expect(routeOf("/console/orders/shipping")).toEqual({ page: "shipping" });
  expect(routeOf("/console/nowhere")).toEqual({ page: "unknown" });
});

it("shows a room's page as part of the rooms, so that the host knows where back leads", () => {
  expect(sectionOf({ page: "room", id: "1" })).toBe("rooms");
  expect(sectionOf({ page: "unknown" })).toBeNull();
});

it("finds the parts of the money's and the operator's pages, and opens them to those without a shop who need none", () => {
  expect(routeOf("/console/money/statement")).toEqual({ page: "money" });
  expect(routeOf("/console/operator/payouts")).toEqual({ page: "operator" });
  expect(["earnings", "operator", "rooms", "rooms/7", "commissions", "settings", "money", "orders"].map((path) => needsNoShop(routeOf(`/console/${path}`)))).toEqual([true, true, true, true, true, true, false, false]);
});

it("says which right a page takes; home is for everybody on the staff", () => {
  expect(rightFor(routeOf("/console"))).toBeNull();
  expect(rightFor(routeOf("/console/money/statement"))).toBe("finance:read");
  expect(rightFor(routeOf("/console/products/1"))).toBe("products:read");
  expect(rightFor(routeOf("/console/orders/shipping"))).toBe("orders:shipping");
  expect(rightFor(routeOf("/console/earnings"))).toBeNull();
});

it("opens an invitation's link to who has no shop yet", () => {
  expect(routeOf("/console/join/abc")).toEqual({ page: "join", id: "abc" });
  expect(needsNoShop(routeOf("/console/join/abc"))).toBe(true);
});

it("kinds of rooms, rooms and their figures have addresses of their own", () => {
  expect(routeOf("/console")).toEqual({ page: "home" });
  expect(routeOf("/console/rooms/past")).toEqual({ page: "rooms" });
  expect(routeOf("/console/rooms/0190")).toEqual({ page: "room", id: "0190" });
  expect(routeOf("/console/rooms/0190/figures")).toEqual({ page: "room_figures", id: "0190" });
  expect(routeOf("/console/rooms/0190/report")).toEqual({ page: "report", id: "0190" });
});
