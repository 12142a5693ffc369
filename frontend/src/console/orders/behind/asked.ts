/** Which figure's orders an address asks for, where a figure does not count by what the desk can be asked. */
import { api, ok } from "../../../lib/api/client";
import type { Schemas } from "../../../lib/api/client";
import { formatClock, integer } from "../../../lib/format";
import { t } from "../../../lib/i18n/index.svelte";
import { shopId } from "../../state/session.svelte";

export type Line = Schemas["OrderBehind"];
/** `seen`: what those bought in a room who were in it; a moment: of a film in which a product's card came up. */
export type Asked = { kind: "seen"; room: string } | { kind: "moment"; film: "room" | "video"; id: string; product: string; atMs: number };
/** What is told of all of them, beside a page of them. */
export type Told = { title: string; text: string; orders: number; currency: string; items: Line[]; next_cursor: string | null };

const PATH = "/console/orders/behind";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMBER = /^\d{1,9}$/;
const PAGE = 50;

export function hrefOf(asked: Asked): string {
  if (asked.kind === "seen") return `${PATH}?room=${asked.room}`;
  return `${PATH}?${asked.film}=${asked.id}&product=${asked.product}&at=${asked.atMs}`;
}

/** What an address asks for; null if it makes no sense. */
export function readAsked(params: URLSearchParams): Asked | null {
  const id = (name: string) => (UUID.test(params.get(name) ?? "") ? params.get(name)! : null);
  const [room, video, product, at] = [id("room"), id("video"), id("product"), params.get("at") ?? ""];
  const film = room ?? video;
  if (film === null) return null;
  if (product && NUMBER.test(at)) return { kind: "moment", film: room ? "room" : "video", id: film, product, atMs: Number(at) };
  return room && !params.has("product") ? { kind: "seen", room } : null;
}

/** The figure, by its definition. */
export function metricOf(asked: Asked): string {
  return asked.kind === "seen" ? "conversion" : "moment_orders";
}

/** Where the figure itself stands. */
export function backOf(asked: Asked): string {
  if (asked.kind === "seen") return `/console/rooms/${asked.room}/figures`;
  return `/console/${asked.film}s/${asked.id}/figures`;
}

export async function read(asked: Asked, cursor: string | undefined): Promise<Told> {
  const query = { cursor, limit: PAGE };
  if (asked.kind === "seen") {
    const path = { shop_id: shopId(), room_id: asked.room };
    return ofSeen(await ok(api.GET("/api/shops/{shop_id}/rooms/{room_id}/seen-orders", { params: { path, query } })));
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
