/** What a viewer sees besides the picture, as a pure fold of the room's log; the same rules as the server's. */
import type { Schemas } from "../api/client";
import { offerOf } from "./offer";

export type Snapshot = Schemas["Snapshot"];
export type Tick = Schemas["Tick"];
export type Moment = Tick["moments"][number];
export type Comment = Schemas["Comment"];
export type BagItem = Schemas["BagItem"];
export type BagSku = Schemas["BagSku"];
type FlashSale = Schemas["BagFlashSale"];
export type Cue = Schemas["Cue"];

/** The fold, with the cues of late kept: a picture that runs behind still needs the one before. */
export type RoomFold = Omit<Snapshot, "featured" | "room_id"> & { cues: Cue[] };

export const TICK_MS = 250;
export const MAX_COMMENTS = 50;
const MAX_CUES = 20;

export function fromSnapshot(snapshot: Snapshot): RoomFold {
  const { featured, room_id: _room, ...rest } = snapshot;
  return {
    ...rest,
    cues: featured ? [{ cue_id: featured.cue_id, product_id: featured.product_id, start_ms: featured.at_ms, end_ms: null, why: featured.why ?? null }] : [],
  };
}

/** The fold after a tick; the same object if the tick is not news. */
export function applyTick(fold: RoomFold, tick: Tick): RoomFold {
  if (tick.tick <= fold.tick) return fold;
  const next = tick.moments.reduce(applyMoment, fold);
  return { ...next, tick: tick.tick };
}

export function applyMoment(fold: RoomFold, moment: Moment): RoomFold {
  switch (moment.kind) {
    case "state":
      return { ...fold, state: moment.state };
    case "bag":
      return { ...fold, bag: moment.items };
    case "featured":
    case "unfeatured":
      return { ...fold, cues: withCue(fold.cues, moment) };
    case "price":
      return { ...fold, bag: withSku(fold.bag, moment.sku_id, (sku) => ({ ...sku, price_minor: moment.price_minor })) };
    case "stock":
      return { ...fold, bag: withSku(fold.bag, moment.sku_id, (sku) => withStock(sku, moment)) };
    case "viewers":
      return { ...fold, online: moment.online, delay_ms: moment.delay_ms };
    case "likes":
      return { ...fold, likes: fold.likes + moment.count };
    case "purchase":
      return { ...fold, buyers: fold.buyers + (moment.buyers ?? 1) };
    default:
      return applyTalk(fold, moment);
  }
}

/** The part of the fold that a replay follows: what was said. */
export function applyTalk(fold: RoomFold, moment: Moment): RoomFold {
  switch (moment.kind) {
    case "comment": {
      const { kind: _kind, ...comment } = moment;
      return { ...fold, comments: [...fold.comments, comment].slice(-MAX_COMMENTS) };
    }
    case "comment_pinned":
      return { ...fold, pinned: pinnedBy(moment) };
    case "comment_removed":
      return without(fold, (comment) => comment.comment_id === moment.comment_id);
    case "muted":
      return without(fold, (comment) => comment.account_id === moment.account_id);
    default:
      return fold;
  }
}

/** The cue whose card belongs to this moment of the picture: the latest that has begun and not ended. */
export function cueAt(cues: readonly Cue[], playingMs: number): Cue | null {
  let found: Cue | null = null;
  for (const cue of cues) {
    const runs = cue.start_ms <= playingMs && (cue.end_ms === null || playingMs < cue.end_ms);
    if (runs && (found === null || cue.start_ms >= found.start_ms)) found = cue;
  }
  return found;
}

export function available(item: BagItem, nowMs = Date.now()): number {
  return item.skus.reduce((sum, sku) => sum + offerOf(sku, nowMs).available, 0);
}

/** Lowest price of what can be bought (of all, if nothing can), and whether there are higher ones. */
export function priceRange(item: BagItem, nowMs = Date.now()): { minor: number; isFrom: boolean; listMinor: number } {
  const all = item.skus.map((sku) => offerOf(sku, nowMs));
  const inStock = all.filter((offer) => offer.available > 0);
  const offers = (inStock.length > 0 ? inStock : all).sort((a, b) => a.priceMinor - b.priceMinor);
  const cheapest = offers[0];
  return {
    minor: cheapest?.priceMinor ?? 0,
    listMinor: cheapest?.wasMinor ?? cheapest?.priceMinor ?? 0,
    isFrom: offers.some((offer) => offer.priceMinor !== cheapest?.priceMinor),
  };
}

/** The flash sale to speak of: the one that runs and ends first, else the one that begins first. */
export function flashOf(item: BagItem, nowMs = Date.now()): { sale: FlashSale; isOn: boolean } | null {
  const offers = item.skus.map((sku) => offerOf(sku, nowMs));
  const on = offers.flatMap((offer) => offer.flash ?? []).sort((a, b) => a.ends_at_ms - b.ends_at_ms)[0];
  if (on) return { sale: on, isOn: true };
  const next = offers.flatMap((offer) => offer.next ?? []).sort((a, b) => a.starts_at_ms - b.starts_at_ms)[0];
  return next ? { sale: next, isOn: false } : null;
}

type CueMoment = Extract<Moment, { kind: "featured" | "unfeatured" }>;

function withCue(cues: Cue[], moment: CueMoment): Cue[] {
  if (moment.kind === "unfeatured") {
    return cues.map((cue) => (cue.cue_id === moment.cue_id && cue.end_ms === null ? { ...cue, end_ms: moment.at_ms } : cue));
  }
  if (cues.some((cue) => cue.cue_id === moment.cue_id)) return cues;
  const ended = cues.map((cue) => (cue.end_ms === null ? { ...cue, end_ms: Math.max(cue.start_ms, moment.at_ms) } : cue));
  const cue = { cue_id: moment.cue_id, product_id: moment.product_id, start_ms: moment.at_ms, end_ms: null, why: moment.why ?? null };
  return [...ended, cue].slice(-MAX_CUES);
}

function withSku(bag: BagItem[], skuId: string, change: (sku: BagSku) => BagSku): BagItem[] {
  return bag.map((item) =>
    item.skus.some((sku) => sku.sku_id === skuId)
      ? { ...item, skus: item.skus.map((sku) => (sku.sku_id === skuId ? change(sku) : sku)) }
      : item,
  );
}

type StockMoment = Schemas["StockMoment"];

/** Pieces of the SKU's own stock, or of those that a flash sale has set aside. */
function withStock(sku: BagSku, { available, stock_id }: StockMoment): BagSku {
  if (!stock_id || stock_id === sku.sku_id) return { ...sku, available };
  const sale = sku.flash_sale;
  return sale?.flash_sale_id === stock_id ? { ...sku, flash_sale: { ...sale, left: available } } : sku;
}

function pinnedBy(moment: Extract<Moment, { kind: "comment_pinned" }>): Comment | null {
  if (moment.comment_id === null || !moment.account_id) return null;
  return {
    comment_id: moment.comment_id,
    account_id: moment.account_id,
    name: moment.name ?? "",
    text: moment.text ?? "",
    is_host: moment.is_host ?? false,
    at_ms: moment.at_ms,
    badge: moment.badge,
  };
}

function without(fold: RoomFold, isGone: (comment: Comment) => boolean): RoomFold {
  return { ...fold, comments: fold.comments.filter((comment) => !isGone(comment)) };
}
