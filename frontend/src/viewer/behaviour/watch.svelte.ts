/** Looks on while somebody is in a room, and notes what is seen and done. Not part of the first load. */
import { untrack } from "svelte";
import type { RoomSession } from "../room/session.svelte";
import type { RoomSheets } from "../room/view.svelte";
import { reporter } from "./report";

const LOOK_MS = 5000;
const TELL_AFTER_S = 30;

/** Answers what ends it. */
export function watchRoom(session: RoomSession, sheets: RoomSheets): () => void {
  const roomId = session.roomId;
  const media = () => untrack(() => session.player.playingMs);
  let watchedS = 0;
  const tellWatched = () => {
    if (watchedS > 0) reporter.note("watched", roomId, { watchS: watchedS, mediaMs: media() });
    watchedS = 0;
  };
  const leave = () => {
    tellWatched();
    reporter.flush();
  };
  const onHidden = () => document.visibilityState === "hidden" && leave();
  // The card alone, wherever else a product can be opened from.
  const onClick = (event: Event) => {
    const card = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-testid="product-card"]') : null;
    const productId = card?.dataset["productId"];
    if (productId) reporter.note("card_clicked", roomId, { productId, mediaMs: media() });
  };
  const timer = setInterval(() => {
    if (document.visibilityState !== "visible" || session.player.isPaused || !session.player.hasPicture) return;
    watchedS += LOOK_MS / 1000;
    if (watchedS >= TELL_AFTER_S) tellWatched();
  }, LOOK_MS);
  const seen = new Set<string>();
  const stop = $effect.root(() => {
    $effect(() => {
      const cue = session.cue;
      if (!cue || !session.featured || seen.has(cue.cue_id)) return;
      seen.add(cue.cue_id);
      reporter.note("card_shown", roomId, { productId: cue.product_id, mediaMs: media() });
    });
    $effect(() => {
      const sheet = sheets.current;
      if (sheet.kind === "bag") reporter.note("bag_opened", roomId, { mediaMs: media() });
      if (sheet.kind === "product") reporter.note("product_viewed", roomId, { productId: sheet.productId, mediaMs: media() });
    });
  });
  reporter.note("entered", roomId);
  document.addEventListener("visibilitychange", onHidden);
  addEventListener("pagehide", leave);
  document.addEventListener("click", onClick, true);
  return () => {
    clearInterval(timer);
    stop();
    leave();
    document.removeEventListener("visibilitychange", onHidden);
    removeEventListener("pagehide", leave);
    document.removeEventListener("click", onClick, true);
  };
}
