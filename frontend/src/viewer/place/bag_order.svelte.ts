/** The bag in the order for who is signed in. Fixed as long as it is open; the host's own order where it comes too late. */
import { type Schemas, api, ok } from "../../lib/api/client";
import { type BagItem, flashOf } from "../../lib/live/fold";
import { me } from "../../lib/session.svelte";
import type { Place } from "./place";

type Placing = Schemas["PlacingView"];

/** ms; who opens the bag does not wait longer for an order of their own. */
const PATIENCE_MS = 250;

export class BagOrder {
  /** False while it is not known in which order the bag is to be shown. */
  isSettled = $state(false);
  private placings = $state<Placing[]>([]);
  private first: string[] = [];

  constructor(private readonly place: Place) {
    if (me() === null || (place.kind !== "room" && place.kind !== "video")) this.isSettled = true;
    else void this.ask();
  }

  /** Why an item stands higher, in words. */
  markOf(productId: string): string | null {
    return this.placings.find((placing) => placing.product_id === productId)?.text ?? null;
  }

  /** What is explained or on flash sale first, then the viewer's order; what came into the bag since is last. */
  arrange(bag: readonly BagItem[]): readonly BagItem[] {
    if (this.placings.length === 0) return bag;
    const wanted = [...this.first, ...this.placings.map((placing) => placing.product_id)];
    const rank = (item: BagItem) => (wanted.indexOf(item.product_id) + wanted.length + 1) % (wanted.length + 1);
    return [...bag].sort((a, b) => rank(a) - rank(b));
  }

  private async ask(): Promise<void> {
    const late = new Promise<Placing[]>((resolve) => setTimeout(resolve, PATIENCE_MS, []));
    const placings = await Promise.race([late, listPlacings(this.place).catch(() => [])]);
    const now = this.place.now();
    const sold = this.place.bag.filter((item) => flashOf(item, now)?.isOn).map((item) => item.product_id);
    this.first = [...(this.place.featured ? [this.place.featured.product_id] : []), ...sold];
    this.placings = placings;
    this.isSettled = true;
  }
}

async function listPlacings(place: Place): Promise<Placing[]> {
  const asked =
    place.kind === "room"
      ? api.GET("/api/rooms/{room_id}/bag-order", { params: { path: { room_id: place.id } } })
      : api.GET("/api/videos/{video_id}/bag-order", { params: { path: { video_id: place.id } } });
  return (await ok(asked)).items;
}
