/** The console's pages by path, and how they stand in the navigation. */
import type { MessageKey } from "../lib/i18n/index.svelte";
import { match } from "../lib/router.svelte";
import type { IconName } from "../lib/ui/icons";

type Entry = {
  section: string;
  icon: IconName;
  text: MessageKey;
  /** Only for who runs the platform. */
  isForOperator?: boolean;
};

/** The order is that of a day's work; the first four stand at the thumb on a phone. */
export const ENTRIES = [
  { section: "rooms", icon: "live", text: "nav_rooms" },
  { section: "products", icon: "bag", text: "nav_products" },
  { section: "orders", icon: "orders", text: "nav_orders" },
  { section: "after-sales", icon: "return", text: "nav_after_sales" },
  { section: "flash-sales", icon: "bolt", text: "nav_flash_sales" },
  { section: "coupons", icon: "ticket", text: "nav_coupons" },
  { section: "commissions", icon: "users", text: "nav_commissions" },
  { section: "freight", icon: "truck", text: "nav_freight" },
  { section: "money", icon: "wallet", text: "nav_money" },
  { section: "earnings", icon: "chart", text: "nav_earnings" },
  { section: "settings", icon: "settings", text: "nav_settings" },
  { section: "operator", icon: "shop", text: "nav_operator", isForOperator: true },
] as const satisfies readonly Entry[];
export const AT_THUMB = 4;
/** Their parts have addresses of their own. */
const PAGES_WITH_PARTS = ["money", "operator"] as const;

export type Section = (typeof ENTRIES)[number]["section"];
export type NavEntry = Omit<Entry, "section"> & { section: Section };
export type Route = { page: Section | "shipping" | "unknown" } | { page: "room" | "product"; id: string };

export function routeOf(path: string): Route {
  if (match("/console", path)) return { page: "rooms" };
  for (const { section } of ENTRIES) if (match(`/console/${section}`, path)) return { page: section };
  if (match("/console/orders/shipping", path)) return { page: "shipping" };
  for (const page of PAGES_WITH_PARTS) if (match(`/console/${page}/:part`, path)) return { page };
  const room = match("/console/rooms/:id", path)?.id;
  if (room) return { page: "room", id: room };
  const product = match("/console/products/:id", path)?.id;
  if (product) return { page: "product", id: product };
  return { page: "unknown" };
}

export function sectionOf(route: Route): Section | null {
  if (route.page === "room") return "rooms";
  if (route.page === "product") return "products";
  if (route.page === "shipping") return "orders";
  return route.page === "unknown" ? null : route.page;
}

/** One may sell for others, live or not, or run the platform, without a shop of one's own. */
const WITHOUT_SHOP: readonly Route["page"][] = ["rooms", "room", "commissions", "earnings", "settings", "operator"];

export function needsNoShop(route: { page: Route["page"] }): boolean {
  return WITHOUT_SHOP.includes(route.page);
}
