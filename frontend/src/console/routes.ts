/** The console's pages by path, and how they stand in the navigation. */
import type { MessageKey } from "../lib/i18n/index.svelte";
import { match } from "../lib/router.svelte";
import type { IconName } from "../lib/ui/icons";
import { ROOM_TABS } from "./rooms/tabs";
import type { Right } from "./state/wire";

type Entry = {
  section: string;
  icon: IconName;
  text: MessageKey;
  /** What it takes to see it; without, it is everybody's own. */
  right?: Right;
  /** Only for who runs the platform. */
  isForOperator?: boolean;
  /** Only for who does not own a shop: owners come there from the shop's fans. */
  isForCreator?: boolean;
};

/** The order is that of a day's work; the first five stand at the thumb on a phone. */
export const ENTRIES = [
  { section: "home", icon: "home", text: "nav_home" },
  { section: "rooms", icon: "live", text: "nav_rooms", right: "rooms:read" },
  { section: "videos", icon: "video", text: "nav_videos" },
  { section: "products", icon: "bag", text: "nav_products", right: "products:read" },
  { section: "orders", icon: "orders", text: "nav_orders", right: "orders:read" },
  { section: "after-sales", icon: "return", text: "nav_after_sales", right: "aftersales:read" },
  { section: "flash-sales", icon: "bolt", text: "nav_flash_sales", right: "promotion:read" },
  { section: "coupons", icon: "ticket", text: "nav_coupons", right: "promotion:read" },
  { section: "fans", icon: "heart", text: "nav_fans", right: "fans:read" },
  { section: "audience", icon: "heart", text: "nav_audience", isForCreator: true },
  { section: "outreach", icon: "send", text: "nav_outreach", right: "fans:read" },
  { section: "commissions", icon: "users", text: "nav_commissions", right: "promotion:read" },
  { section: "freight", icon: "truck", text: "nav_freight", right: "shop:read" },
  { section: "money", icon: "wallet", text: "nav_money", right: "finance:read" },
  { section: "earnings", icon: "chart", text: "nav_earnings" },
  { section: "staff", icon: "users", text: "nav_staff", right: "staff:read" },
  { section: "settings", icon: "settings", text: "nav_settings" },
  { section: "operator", icon: "shop", text: "nav_operator", isForOperator: true },
] as const satisfies readonly Entry[];
export const AT_THUMB = 5;
/** Home stands at the console's own address. */
export function addressOf(section: string): string {
  return section === "home" ? "/console" : `/console/${section}`;
}
/** Their parts have addresses of their own. */
const PAGES_WITH_PARTS = ["money", "staff", "settings", "operator", "fans"] as const;
/** Kinds of rooms have addresses of their own; anything else after `rooms/` is a room. */
const ROOM_LISTS: readonly string[] = ROOM_TABS;

export type Section = (typeof ENTRIES)[number]["section"];
export type NavEntry = Omit<Entry, "section"> & { section: Section };
export type Route = { page: Section | "consent" | "shipping" | "behind" | "imports" | "definitions" | "unknown" } | { page: "room" | "product" | "room_figures" | "report" | "board" | "clip" | "video" | "video_figures" | "fan" | "own_fan" | "join"; id: string };

export function routeOf(path: string): Route {
  if (match("/console", path)) return { page: "home" };
  for (const { section } of ENTRIES) if (match(`/console/${section}`, path)) return { page: section };
  if (match("/console/orders/shipping", path)) return { page: "shipping" };
  if (match("/console/orders/behind", path)) return { page: "behind" };
  if (match("/console/imports", path) || match("/console/imports/:part", path) || match("/console/imports/jobs/:id", path)) return { page: "imports" };
  if (match("/console/definitions", path)) return { page: "definitions" };
  if (match("/console/consent", path)) return { page: "consent" };
  for (const page of PAGES_WITH_PARTS) if (match(`/console/${page}/:part`, path)) return { page };
  const figures = match("/console/rooms/:id/figures", path)?.id;
  if (figures) return { page: "room_figures", id: figures };
  const report = match("/console/rooms/:id/report", path)?.id;
  if (report) return { page: "report", id: report };
  const board = match("/console/rooms/:id/board", path)?.id;
  if (board) return { page: "board", id: board };
  const clip = match("/console/rooms/:id/clip", path)?.id;
  if (clip) return { page: "clip", id: clip };
  const room = match("/console/rooms/:id", path)?.id;
  if (room && ROOM_LISTS.includes(room)) return { page: "rooms" };
  if (room) return { page: "room", id: room };
  const product = match("/console/products/:id", path)?.id;
  if (product) return { page: "product", id: product };
  const ofVideo = match("/console/videos/:id/figures", path)?.id;
  if (ofVideo) return { page: "video_figures", id: ofVideo };
  const video = match("/console/videos/:id", path)?.id;
  if (video) return { page: "video", id: video };
  const fan = match("/console/fan/:id", path)?.id;
  if (fan) return { page: "fan", id: fan };
  const ownFan = match("/console/audience/:id", path)?.id;
  if (ownFan) return { page: "own_fan", id: ownFan };
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

export function sectionOf(route: Route): Section | null {
  if (route.page === "room" || route.page === "room_figures" || route.page === "report" || route.page === "board" || route.page === "clip") return "rooms";
  if (route.page === "video" || route.page === "video_figures") return "videos";
  if (route.page === "product") return "products";
  if (route.page === "fan") return "fans";
  if (route.page === "own_fan") return "audience";
  if (route.page === "shipping" || route.page === "behind") return "orders";
  if (route.page === "imports") return "products";
  return route.page === "unknown" || route.page === "consent" || route.page === "definitions" || route.page === "join" ? null : route.page;
}

/** One may sell for others, live or not, be invited, or run the platform, without a shop of one's own. */
const WITHOUT_SHOP: readonly Route["page"][] = ["rooms", "room", "room_figures", "report", "board", "clip", "videos", "video", "video_figures", "audience", "own_fan", "commissions", "earnings", "settings", "operator", "definitions", "join"];

export function needsNoShop(route: { page: Route["page"] }): boolean {
  return WITHOUT_SHOP.includes(route.page);
}
