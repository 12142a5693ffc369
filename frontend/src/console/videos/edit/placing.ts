/** Moments of cards on a film's time line: placed, dragged, made longer, kept within the film. Pure. */
import type { OwnProduct } from "../wire";

export type Placed = {
  productId: string;
  title: string;
  pictureUrl: string | null;
  isOnSale: boolean;
  /** Null: the platform finds the moment. */
  atMs: number | null;
  showMs: number | null;
};

/** As the server's own limits. */
export const MIN_SHOW_MS = 1000;
export const MAX_SHOW_MS = 60_000;
export const DEFAULT_SHOW_MS = 8000;
export const MAX_PRODUCTS = 20;
const STEP_MS = 100;

export function placedOf(product: OwnProduct): Placed {
  return { productId: product.product_id, title: product.title, pictureUrl: product.picture_url, isOnSale: product.is_on_sale, atMs: product.at_ms, showMs: product.show_ms };
}

export function toInput(placed: Placed): { product_id: string; at_ms: number | null; show_ms: number | null } {
  return { product_id: placed.productId, at_ms: placed.atMs, show_ms: placed.atMs === null ? null : (placed.showMs ?? DEFAULT_SHOW_MS) };
}

export function showOf(placed: Placed): number {
  return placed.showMs ?? DEFAULT_SHOW_MS;
}

/** How long it is seen: the film may be over sooner. */
export function shownFor(placed: Placed, durationMs: number): number {
  return Math.max(0, Math.min(showOf(placed), durationMs - (placed.atMs ?? 0)));
}

const round = (ms: number) => Math.round(ms / STEP_MS) * STEP_MS;
const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

/** A card begins at the latest so early that it is seen. */
function lastStart(durationMs: number): number {
  return Math.max(0, Math.floor((durationMs - MIN_SHOW_MS) / STEP_MS) * STEP_MS);
}

/** The card as a whole to another moment. */
export function moveTo(placed: Placed, atMs: number, durationMs: number): Placed {
  return { ...placed, atMs: within(round(atMs), 0, lastStart(durationMs)), showMs: showOf(placed) };
}

/** The card's end to a moment; its start stays. */
export function endAt(placed: Placed, endMs: number, durationMs: number): Placed {
  if (placed.atMs === null) return placed;
  const most = Math.min(MAX_SHOW_MS, Math.max(MIN_SHOW_MS, durationMs - placed.atMs));
  return { ...placed, showMs: within(round(endMs - placed.atMs), MIN_SHOW_MS, most) };
}

/** The card's start to a moment; its end stays. */
export function startAt(placed: Placed, atMs: number, durationMs: number): Placed {
  if (placed.atMs === null) return placed;
  const endMs = placed.atMs + shownFor(placed, durationMs);
  const start = within(round(atMs), Math.max(0, endMs - MAX_SHOW_MS), Math.min(endMs - MIN_SHOW_MS, lastStart(durationMs)));
  return { ...placed, atMs: start, showMs: endMs - start };
}

export function leaveOpen(placed: Placed): Placed {
  return { ...placed, atMs: null, showMs: null };
}

/** Whose card is up at a moment; of several, the one that came last, as viewers see it. */
export function shownAt(all: readonly Placed[], atMs: number): Placed | null {
  let shown: Placed | null = null;
  for (const each of all) {
    if (each.atMs === null || atMs < each.atMs || atMs >= each.atMs + showOf(each)) continue;
    if (shown === null || each.atMs >= (shown.atMs ?? 0)) shown = each;
  }
  return shown;
}

/** Which row each placed card stands in, so that none hides another. */
export function rowsOf(all: readonly Placed[]): Map<string, number> {
  const ends: number[] = [];
  const rows = new Map<string, number>();
  const placed = all.filter((each) => each.atMs !== null).sort((one, other) => (one.atMs ?? 0) - (other.atMs ?? 0));
  for (const each of placed) {
    const at = each.atMs ?? 0;
    const free = ends.findIndex((end) => end <= at);
    const row = free < 0 ? ends.length : free;
    ends[row] = at + showOf(each);
    rows.set(each.productId, row);
  }
  return rows;
}
