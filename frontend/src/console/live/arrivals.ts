/** Tells a host which regulars have come: each once, those of some seconds together. */
import { api, ok } from "../../lib/api/client";
import type { Regular } from "./feed";
import type { HostRoom } from "./room.svelte";

const EVERY_MS = 5000;

/** Begin; answers what ends it. Nothing is asked while nobody looks or the room is not on air. */
export function watchArrivals(room: HostRoom, shop_id: string): () => void {
  const told = new Set<string>();
  const timer = setInterval(() => void look(), EVERY_MS);

  async function look(): Promise<void> {
    if (!room.isOnAir || document.visibilityState === "hidden") return;
    try {
      const { items } = await ok(api.GET("/api/shops/{shop_id}/fans/arrivals", { params: { path: { shop_id }, query: { room_id: room.roomId } } }));
      const fresh: Regular[] = items.filter((each) => !told.has(each.account_id)).reverse();
      for (const each of fresh) told.add(each.account_id);
      if (fresh.length > 0) room.welcome(fresh);
    } catch {
      // The next look tells.
    }
  }
  return () => clearInterval(timer);
}
