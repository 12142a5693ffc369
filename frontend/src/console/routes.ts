/** The console's pages by path, and how they stand in the navigation. */
import type { MessageKey } from "../lib/i18n/index.svelte";
import { match } from "../lib/router.svelte";
import type { IconName } from "../lib/ui/icons";
import type { Right } from "./state/wire";

type Entry = {
  section: string;
  icon: IconName;
  text: MessageKey;
  /** What it takes to see it; without, it is everybody's own. */
  right?: Right;
  /** Only for who runs the platform. */
  isForOperator?: boolean;
};

/** The order is that of a day's work; the first four stand at the thumb on a phone. */
export const ENTRIES = [
  { section: "rooms", icon: "live", text: "nav_rooms", right: "rooms:read" },
  { section: "products", icon: "bag", text: "nav_products", right: "products:read" },
  { section: "orders", icon: "orders", text: "nav_orders", right: "orders:read" },
  { section: "after-sales", icon: "return", text: "nav_after_sales", right: "aftersales:read" },
  { section: "flash-sales", icon: "bolt", text: "nav_flash_sales", right: "promotion:read" },
  { section: "coupons", icon: "ticket", text: "nav_coupons", right: "promotion:read" },
  { section: "commissions", icon: "users", text: "nav_commissions", right: "promotion:read" },
  { section: "freight", icon: "truck", text: "nav_freight", right: "shop:read" },
  { section: "money", icon: "wallet", text: "nav_money", right: "finance:read" },
  { section: "earnings", icon: "chart", text: "nav_earnings" },
  { section: "staff", icon: "users", text: "nav_staff", right: "staff:read" },
  { section: "settings", icon: "settings", text: "nav_settings" },
  { section: "operator", icon: "shop", text: "nav_operator", isForOperator: true },
] as const satisfies readonly Entry[];
export const AT_THUMB = 4;
/** Their parts have addresses of their own. */
const PAGES_WITH_PARTS = ["money", "staff", "settings", "operator"] as const;

export type Section = (typeof ENTRIES)[number]["section"];
export type NavEntry = Omit<Entry, "section"> & { section: Section };
export type Route = { page: Section | "shipping" | "imports" | "unknown" } | { page: "room" | "product" | "join"; id: string };

export function routeOf(path: string): Route {
  if (match("/console", path)) return { page: "rooms" };
  for (const { section } of ENTRIES) if (match(`/console/${section}`, path)) return { page: section };
  if (match("/console/orders/shipping", path)) return { page: "shipping" };
  if (match("/console/imports", path) || match("/console/imports/:part", path) || match("/console/imports/jobs/:id", path)) return { page: "imports" };
  for (const page of PAGES_WITH_PARTS) if (match(`/console/${page}/:part`, path)) return { page };
  const room = match("/console/rooms/:id", path)?.id;
  if (room) return { page: "room", id: room };
  const product = match("/console/products/:id", path)?.id;
  if (product) return { page: "product", id: product };
  const invitation = match("/console/join/:token", path)?.token;
  if (invitation) return { page: "join", id: invitation };
  return { page: "unknown" };
}

/** What it takes to see a page; null if it is everybody's own. */
export function rightFor(route: Route): Right | null {
  if (route.page === "shipping") return "orders:shipping";
  const section = sectionOf(route);
  const entry: Entry | undefined = ENTRIES.find((each) => each.section === section);
  return entry?.right ?? null;
}

/** The console's own address leads to the first page that one may see. */
export function landing(path: string, may: (right: Right) => boolean): Route {
  const route = routeOf(path);
  const right = rightFor(route);
  if (!match("/console", path) || !right || may(right)) return route;
  const first = ENTRIES.find((entry: Entry) => !entry.isForOperator && (!entry.right || may(entry.right)));
  return first ? { page: first.section } : route;
}

export function sectionOf(route: Route): Section | null {
  if (route.page === "room") return "rooms";
  if (route.page === "product") return "products";
  if (route.page === "shipping") return "orders";
  if (route.page === "imports") return "products";
  return route.page === "unknown" || route.page === "join" ? null : route.page;
}

/** One may sell for others, live or not, be invited, or run the platform, without a shop of one's own. */
const WITHOUT_SHOP: readonly Route["page"][] = ["rooms", "room", "commissions", "earnings", "settings", "operator", "join"];

export function needsNoShop(route: { page: Route["page"] }): boolean {
  return WITHOUT_SHOP.includes(route.page);
}
