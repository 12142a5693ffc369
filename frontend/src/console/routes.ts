/** The console's pages by path. */
import { match } from "../lib/router.svelte";

export type Section = "rooms" | "products" | "orders" | "coupons" | "settings";
export type Route =
  | { page: "rooms" | "products" | "orders" | "coupons" | "settings" | "unknown" }
  | { page: "room" | "product"; id: string };

const SECTIONS: Section[] = ["rooms", "products", "orders", "coupons", "settings"];

export function routeOf(path: string): Route {
  if (match("/console", path)) return { page: "rooms" };
  for (const page of SECTIONS) if (match(`/console/${page}`, path)) return { page };
  const room = match("/console/rooms/:id", path)?.id;
  if (room) return { page: "room", id: room };
  const product = match("/console/products/:id", path)?.id;
  if (product) return { page: "product", id: product };
  return { page: "unknown" };
}

export function sectionOf(route: Route): Section | null {
  if (route.page === "room") return "rooms";
  if (route.page === "product") return "products";
  return route.page === "unknown" ? null : route.page;
}
