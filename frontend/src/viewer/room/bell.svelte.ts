/** In a room the bell hangs in the room's own socket. Not part of the first load. */
import { api, ok } from "../../lib/api/client";
import { me } from "../../lib/session.svelte";
import { heardIn, ring } from "../inbox/inbox.svelte";
import type { PlaceSheets } from "../place/sheets.svelte";
import type { RoomSession } from "./session.svelte";

/** Hangs up the bell of who watches, whenever the socket is there; answers what ends it. */
export function hearBell(session: RoomSession, sheets: PlaceSheets): () => void {
  async function hang(): Promise<void> {
    const { key } = await ok(api.GET("/api/me/notices/bell"));
    session.tell({ type: "bell", key });
  }
  const stop = $effect.root(() => {
    $effect(() => {
      if (session.mode !== "live" || session.link !== "live" || !me()) return;
      void hang().catch(() => undefined);
      return heardIn(sheets);
    });
  });
  session.onRing = ring;
  return () => {
    if (session.onRing === ring) session.onRing = null;
    stop();
  };
}
