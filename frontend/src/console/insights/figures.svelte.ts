/** The figures of one room, read together; again and again while it is on air. */
import { api, ok, textOf } from "../../lib/api/client";
import { whileSeen } from "../../lib/live/seen";
import type { Minutes, ProductRow, RoomReport } from "./wire";

const EVERY_MS = 10_000;

export class RoomFigures {
  report = $state.raw<RoomReport | null>(null);
  minutes = $state.raw<Minutes | null>(null);
  products = $state.raw<ProductRow[]>([]);
  problem = $state("");

  /** `shopId`: what that shop sold there; null: all, as the room's host sees it. */
  constructor(
    readonly roomId: string,
    private readonly shopId: string | null,
  ) {}

  /** Answers what ends it. */
  watch(): () => void {
    void this.load();
    return whileSeen(document, EVERY_MS, () => {
      if (this.report?.metrics.state !== "ended") void this.load();
    });
  }

  async load(): Promise<void> {
    const params = { path: { room_id: this.roomId }, query: this.shopId ? { shop_id: this.shopId } : {} };
    try {
      const [report, minutes, products] = await Promise.all([
        ok(api.GET("/api/rooms/{room_id}/metrics", { params })),
        ok(api.GET("/api/rooms/{room_id}/metrics/minutes", { params })),
        ok(api.GET("/api/rooms/{room_id}/metrics/products", { params })),
      ]);
      this.report = report;
      this.minutes = minutes;
      this.products = products.items;
      this.problem = "";
    } catch (error) {
      this.problem = textOf(error);
    }
  }
}
