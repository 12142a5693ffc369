/** One's own videos; those whose film is being made are asked about again and again. */
import { api, ok } from "../../lib/api/client";
import { whileSeen } from "../../lib/live/seen";
import { Paged } from "../state/paged.svelte";
import { type OwnVideo, type VideoState, isBeingMade } from "./wire";

const EVERY_MS = 2000;

export class OwnVideos {
  state = $state<VideoState | "">("");
  readonly list = new Paged<OwnVideo>((cursor) => ok(api.GET("/api/me/videos", { params: { query: { cursor, limit: 30, state: this.state || undefined } } })));

  /** Answers what ends it. */
  watch(): () => void {
    return whileSeen(document, EVERY_MS, () => void this.#look());
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
