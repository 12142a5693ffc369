/** Where goods are come upon and bought: a room, a short video, or goods outside of any picture. All that buying needs to know. */
import type { BagItem, Cue } from "../../lib/live/fold";

/** What an order or a cart says of where its goods were come upon. */
export type Source = { room_id?: string | null; video_id?: string | null; video_at_ms?: number | null };

export interface Place {
  readonly kind: "room" | "video" | "goods";
  readonly id: string;
  readonly bag: BagItem[];
  readonly isBagKnown: boolean;
  /** Why the card is there. */
  readonly cue: Cue | null;
  /** The product whose card is in the picture now. */
  readonly featured: BagItem | null;
  /** How many look on in a room; of a video nobody counts them. */
  readonly online?: number;
  /** The moment of the picture: in a room its date in epoch ms, in a video ms from its start; null before the first frame. */
  readonly mediaMs: number | null;
  /** The present, by the server's clock. */
  now(): number;
  source(): Source;
  /** Ask for prices and stock anew, where nothing else brings them. */
  refreshBag(): Promise<void>;
  /** Shows where in the film a product is explained; null if it is not known, or the picture is live. */
  explanationOf(productId: string): (() => void) | null;
}

/** The address of where the first of these goods was come upon; null: nowhere that can be gone back to. */
export function placePath(orders: readonly Source[]): string | null {
  for (const { room_id, video_id } of orders) {
    if (video_id) return `/videos/${video_id}`;
    if (room_id) return `/rooms/${room_id}`;
  }
  return null;
}

/** Where an item of the cart, or a line of an order, came from. */
export function sourceOf(item: Source): Source {
  return item.video_id ? { video_id: item.video_id, video_at_ms: item.video_at_ms ?? null } : { room_id: item.room_id ?? null };
}
