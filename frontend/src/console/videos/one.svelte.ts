/** One of one's own videos; asked about again while its film is being made. */
import { api, ok, textOf } from "../../lib/api/client";
import { whileSeen } from "../../lib/live/seen";
import { type OwnVideo, isBeingMade } from "./wire";

const EVERY_MS = 1500;

export class OneVideo {
  video = $state.raw<OwnVideo | null>(null);
  problem = $state("");

  constructor(readonly videoId: string) {}

  /** Answers what ends it. */
  watch(): () => void {
    void this.load();
    return whileSeen(document, EVERY_MS, () => {
      if (this.video && isBeingMade(this.video.vod)) void this.load();
    });
  }

  async load(): Promise<void> {
    try {
      this.video = await ok(api.GET("/api/me/videos/{video_id}", { params: { path: { video_id: this.videoId } } }));
      this.problem = "";
    } catch (error) {
      this.problem = textOf(error);
    }
  }
}
