/** Which figure's orders an address asks for, where a figure does not count by what the desk can be asked. */
import { api, ok } from "../../../lib/api/client";
import type { Schemas } from "../../../lib/api/client";
import { date, dateTime, formatClock, integer } from "../../../lib/format";
import { t } from "../../../lib/i18n/index.svelte";
import { shopId } from "../../state/session.svelte";

export type Line = Schemas["OrderBehind"];
/**
 * `seen`: what those bought in a room who were in it; a moment: of a film in which a product's card came up; `visitors`: what
 * those bought on a day, or up to a moment of it, who came on it first; `effect`: of a message, on one of its groups;
 * `returns`: with which who first bought in these days came back within so many.
 */
export type Asked =
  | { kind: "seen"; room: string }
  | { kind: "visitors"; day: string; untilMs: number | null }
  | { kind: "returns"; from: string; to: string; within: number }
  | { kind: "effect"; campaign: string; group: Schemas["EffectGroup"] }
  | { kind: "moment"; film: "room" | "video"; id: string; product: string; atMs: number };
/** What is told of all of them, beside a page of them. */
export type Told = { title: string; text: string; orders: number; currency: string; items: Line[]; next_cursor: string | null };

const PATH = "/console/orders/behind";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const WITHIN = /^\d{1,3}$/;
const MOMENT = /^\d{1,13}$/;
const GROUPS = ["reached", "held_out"] as const;
const NUMBER = /^\d{1,9}$/;
const PAGE = 50;
const METRICS = { seen: "conversion", visitors: "visitor_conversion", returns: "repurchase_rate", effect: "bought_after", moment: "moment_orders" } as const;

export function hrefOf(asked: Asked): string {
  if (asked.kind === "seen") return `${PATH}?room=${asked.room}`;
  if (asked.kind === "visitors") return `${PATH}?day=${asked.day}${asked.untilMs === null ? "" : `&until=${asked.untilMs}`}`;
  if (asked.kind === "returns") return `${PATH}?from=${asked.from}&to=${asked.to}&within=${asked.within}`;
  if (asked.kind === "effect") return `${PATH}?campaign=${asked.campaign}&group=${asked.group}`;
  return `${PATH}?${asked.film}=${asked.id}&product=${asked.product}&at=${asked.atMs}`;
}

/** What an address asks for; null if it makes no sense. */
export function readAsked(params: URLSearchParams): Asked | null {
  const id = (name: string) => (UUID.test(params.get(name) ?? "") ? params.get(name)! : null);
  const [room, video, product, at] = [id("room"), id("video"), id("product"), params.get("at") ?? ""];
  const [campaign, day, until] = [id("campaign"), params.get("day") ?? "", params.get("until") ?? ""];
  const group = GROUPS.find((each) => each === params.get("group"));
  if (campaign && group) return { kind: "effect", campaign, group };
  const [from, to, within] = ["from", "to", "within"].map((name) => params.get(name) ?? "") as [string, string, string];
  if (DAY.test(from) && DAY.test(to) && WITHIN.test(within)) return { kind: "returns", from, to, within: Number(within) };
  if (DAY.test(day)) return { kind: "visitors", day, untilMs: MOMENT.test(until) ? Number(until) : null };
  const film = room ?? video;
  if (film === null) return null;
  if (product && NUMBER.test(at)) return { kind: "moment", film: room ? "room" : "video", id: film, product, atMs: Number(at) };
  return room && !params.has("product") ? { kind: "seen", room } : null;
}

/** The figure, by its definition. */
export function metricOf(asked: Asked): string {
  return METRICS[asked.kind];
}

/** What of each order the figure counts. */
export function amountOf(asked: Asked): string {
  return asked.kind === "effect" ? "spent" : "gmv";
}

/** Where the figure itself stands. */
export function backOf(asked: Asked): string {
  if (asked.kind === "seen") return `/console/rooms/${asked.room}/figures`;
  if (asked.kind === "visitors") return "/console";
  if (asked.kind === "returns") return "/console/fans/repurchase";
  if (asked.kind === "effect") return "/console/outreach";
  return `/console/${asked.film}s/${asked.id}/figures`;
}

export async function read(asked: Asked, cursor: string | undefined): Promise<Told> {
  const query = { cursor, limit: PAGE };
  if (asked.kind === "seen") {
    const path = { shop_id: shopId(), room_id: asked.room };
    return ofSeen(await ok(api.GET("/api/shops/{shop_id}/rooms/{room_id}/seen-orders", { params: { path, query } })));
  }
  if (asked.kind === "visitors") {
    const path = { shop_id: shopId(), day: asked.day };
    return ofVisitors(await ok(api.GET("/api/shops/{shop_id}/days/{day}/visitor-orders", { params: { path, query: { ...query, until_ms: asked.untilMs ?? undefined } } })), asked.untilMs);
  }
  if (asked.kind === "returns") {
    const { from, to, within } = asked;
    return ofReturns(await ok(api.GET("/api/shops/{shop_id}/repurchase/returns", { params: { path: { shop_id: shopId() }, query: { ...query, from, to, within } } })));
  }
  if (asked.kind === "effect") {
    const path = { shop_id: shopId(), campaign_id: asked.campaign };
    return ofEffect(await ok(api.GET("/api/shops/{shop_id}/campaigns/{campaign_id}/orders", { params: { path, query: { ...query, group: asked.group } } })));
  }
  const of = { product_id: asked.product, at_ms: asked.atMs };
  return ofMoment(
    asked.film === "room"
      ? await ok(api.GET("/api/rooms/{room_id}/surfacing/moments/{product_id}/{at_ms}/orders", { params: { path: { room_id: asked.id, ...of }, query } }))
      : await ok(api.GET("/api/me/videos/{video_id}/moments/{product_id}/{at_ms}/orders", { params: { path: { video_id: asked.id, ...of }, query } })),
  );
}

function ofSeen(seen: Schemas["SeenOrders"]): Told {
  const counts = { viewers: integer(seen.viewers), count: seen.buyers, here: integer(seen.buyers_here) };
  const text = t("behind_seen_text", counts) + (seen.buyers === seen.buyers_here ? "" : t("behind_seen_here", counts));
  return { ...seen, text };
}

function ofMoment(moment: Schemas["MomentOrders"]): Told {
  return { ...moment, text: t("behind_moment_text", { time: formatClock(moment.at_ms) }) };
}

function ofVisitors(told: Schemas["VisitorOrders"], untilMs: number | null): Told {
  const title = untilMs === null ? date(dayMs(told.day)) : t("behind_until", { time: dateTime(untilMs) });
  return { ...told, title, text: t("behind_visitors_text", { viewers: integer(told.viewers), count: told.buyers }) };
}

function ofEffect(told: Schemas["CampaignOrders"]): Told {
  const counts = { days: told.window_days, fans: integer(told.fans), buyers: integer(told.buyers) };
  return { ...told, title: told.name, text: t(told.group === "reached" ? "behind_reached_text" : "behind_held_out_text", counts) };
}

function ofReturns(told: Schemas["Returns"]): Told {
  const counts = { days: told.within_days, of: integer(told.of), came: integer(told.orders) };
  return { ...told, title: `${date(dayMs(told.first))} – ${date(dayMs(told.last))}`, text: t("behind_returns_text", counts) };
}

/** Noon, so that no time zone makes another day of it. */
function dayMs(day: string): number {
  return Date.parse(`${day}T12:00`);
}
