/** Where a flash sale stands, and what is typed for a new one. Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";
import { readPrice, readStock } from "../products/draft";
import { readMinute } from "../ui/local_minute";

export type Times = { starts_at_ms: number; ends_at_ms: number; ended_at_ms: number | null };
export type Phase = "running" | "next" | "past";

export function phaseOf(sale: Times, nowMs: number): Phase {
  if (sale.ended_at_ms !== null || nowMs >= sale.ends_at_ms) return "past";
  return nowMs >= sale.starts_at_ms ? "running" : "next";
}

/** Those of a phase: what ends or begins first comes first, of what is over the latest. */
export function inPhase<T extends Times>(sales: readonly T[], phase: Phase, nowMs: number): T[] {
  const found = sales.filter((sale) => phaseOf(sale, nowMs) === phase);
  if (phase === "running") return found.sort((a, b) => a.ends_at_ms - b.ends_at_ms);
  if (phase === "next") return found.sort((a, b) => a.starts_at_ms - b.starts_at_ms);
  return found.sort((a, b) => (b.ended_at_ms ?? b.ends_at_ms) - (a.ended_at_ms ?? a.ends_at_ms));
}

export type Typed = { price: string; pieces: string; limit: string; startsNow: boolean; start: string; end: string };
export type Wanted = { price_minor: number; set_aside: number; limit_per_buyer: number | null; starts_at_ms: number; ends_at_ms: number };
export type Early = { level: number; seconds: number };
export type Wrong = Partial<Record<keyof Wanted | "early", MessageKey>>;

function readPieces(text: string): number | MessageKey {
  const pieces = readStock(text);
  return pieces === 0 ? "count_malformed" : pieces;
}

/** What is wanted of the SKU, or what is wrong with it. The server has the last word on the price. */
export function readTyped(typed: Typed, sku: { price_minor: number; available: number }, nowMs: number): { wanted: Wanted | null; wrong: Wrong } {
  const wrong: Wrong = {};
  const price = readPrice(typed.price);
  if (typeof price === "string") wrong.price_minor = price;
  else if (price >= sku.price_minor) wrong.price_minor = "flash_price_not_lower";
  const pieces = readPieces(typed.pieces);
  if (typeof pieces === "string") wrong.set_aside = pieces;
  else if (pieces > sku.available) wrong.set_aside = "flash_too_many";
  const limit = typed.limit.trim() ? readPieces(typed.limit) : null;
  if (typeof limit === "string") wrong.limit_per_buyer = limit;
  const start = typed.startsNow ? nowMs : readMinute(typed.start);
  const end = readMinute(typed.end);
  if (start === null) wrong.starts_at_ms = "required";
  if (end === null) wrong.ends_at_ms = "required";
  else if (end <= nowMs) wrong.ends_at_ms = "coupon_until_past";
  else if (start !== null && end <= start) wrong.ends_at_ms = "flash_end_before_start";
  if (Object.keys(wrong).length > 0) return { wanted: null, wrong };
  return {
    wanted: {
      price_minor: Number(price),
      set_aside: Number(pieces),
      limit_per_buyer: limit as number | null,
      starts_at_ms: Number(start),
      ends_at_ms: Number(end),
    },
    wrong,
  };
}
