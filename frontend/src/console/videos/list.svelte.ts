/** One's own videos; those whose film is being made are asked about again and again. */
import { api, ok } from "../../lib/api/client";
import { whileSeen } from "../../lib/live/seen";
import { Paged } from "../state/paged.svelte";
import { type OwnVideo, type VideoState, isBeingMade } from "./wire";

const EVERY_MS = 2000;
const MOST_ASKED = 50;

export class OwnVideos {
  state = $state<VideoState | "">("");
  /** Paid orders by video. */
  orders = $state.raw<ReadonlyMap<string, number>>(new Map());
  readonly list = new Paged<OwnVideo>((cursor) => ok(api.GET("/api/me/videos", { params: { query: { cursor, limit: 30, state: this.state || undefined } } })));

  /** Answers what ends it. */
  watch(): () => void {
    return whileSeen(document, EVERY_MS, () => void this.#look());
  }

  /** Of those that are not known yet, or of all again. */
  async countOrders(videoIds: string[]): Promise<void> {
    if (videoIds.length === 0) return;
    try {
      const pages = Array.from({ length: Math.ceil(videoIds.length / MOST_ASKED) }, (_, page) => videoIds.slice(page * MOST_ASKED, (page + 1) * MOST_ASKED));
      const answers = await Promise.all(pages.map((video_id) => ok(api.GET("/api/me/videos/orders", { params: { query: { video_id } } }))));
      const counted = answers.flatMap((answer) => answer.items).map((each) => [each.video_id, each.orders_paid] as const);
      this.orders = new Map([...this.orders, ...counted]);
    } catch {
      // The list is worth seeing without.
    }
  }

  async #look(): Promise<void> {
    for (const video of this.list.items.filter((each) => isBeingMade(each.vod))) {
      try {
        const now = await ok(api.GET("/api/me/videos/{video_id}", { params: { path: { video_id: video.video_id } } }));
        this.list.replace((each) => each.video_id === now.video_id, now);
      } catch {
        // Asked again in a moment.
      }
    }
  }
}
