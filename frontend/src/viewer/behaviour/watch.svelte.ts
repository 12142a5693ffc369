/** Looks on while somebody is in a room or on a video, and notes what is seen and done. Not part of the first load. */
import { untrack } from "svelte";
import type { Player } from "../../lib/player/player.svelte";
import type { Film } from "../feed/film.svelte";
import type { Place } from "../place/place";
import type { PlaceSheets } from "../place/sheets.svelte";
import type { RoomSession } from "../room/session.svelte";
import { noteCards } from "./cards";
import { reporter } from "./report";

/** Between looks at whether it plays. */
const LOOK_S = 1;
/** As the server has it (WATCH_PIECE_S). */
const TELL_AFTER_S = 30;

/**
 * Of watching it is told when the picture begins to move (with 0 s), after each whole piece, and when it stands still: so
 * the server knows in between who watches. Of a replay it is told where it was left, by going on to something else or by closing the page.
 * Answers what ends it.
 */
export function watchRoom(session: RoomSession, sheets: PlaceSheets): () => void {
  const time = countSeconds(
    () => session.player,
    (watchS) => reporter.note("watched", session, { watchS, mediaMs: untrack(() => session.mediaMs) }),
    { onStart: () => reporter.note("watched", session, { watchS: 0, mediaMs: untrack(() => session.mediaMs) }), tellsStop: true },
  );
  reporter.note("entered", session);
  const stopPlace = watchPlace(session, sheets, time.tell, time.stop);
  const leave = () => {
    const mediaMs = untrack(() => session.mediaMs);
    if (session.mode === "replay" && mediaMs !== null) reporter.note("left", session, { mediaMs });
    reporter.flush();
  };
  addEventListener("pagehide", leave);
  return () => {
    removeEventListener("pagehide", leave);
    stopPlace();
    leave();
  };
}

/** A video is entered when it begins to play; `watched` says how far the film was seen, and `left` where it was left. */
export function watchFilm(film: Film, sheets: PlaceSheets): () => void {
  let furthestMs = 0;
  let lastMs = 0;
  let hasEntered = false;
  const reached = () => {
    // A player that is lent to another, or set back to the start, says nothing of where the film was left.
    const now = untrack(() => (film.player?.isHeld ? null : film.mediaMs)) ?? lastMs;
    // Begun again from the start: until then it was seen to the end.
    if (now < lastMs - 1000 && lastMs > film.video.duration_ms - 3000) furthestMs = film.video.duration_ms;
    furthestMs = Math.max(furthestMs, now);
    lastMs = now;
  };
  const time = countSeconds(
    () => film.player,
    (watchS) => reporter.note("watched", film, { watchS, mediaMs: furthestMs }),
    {
      onLook: () => {
        reached();
        if (!hasEntered) reporter.note("entered", film);
        hasEntered = true;
      },
    },
  );
  const stopPlace = watchPlace(film, sheets, () => (reached(), time.tell()), time.stop);
  return () => {
    reached();
    time.tell();
    if (hasEntered) reporter.note("left", film, { mediaMs: furthestMs >= film.video.duration_ms ? furthestMs : lastMs });
    stopPlace();
  };
}

/** Counts the seconds in which a picture moves before somebody's eyes, and tells them now and then. */
function countSeconds(player: () => Player | null, told: (seconds: number) => void, more: { onLook?: () => void; onStart?: () => void; tellsStop?: boolean }) {
  let seconds = 0;
  let isGoing = false;
  const piece = () => {
    if (seconds > 0) told(seconds);
    seconds = 0;
  };
  const tell = () => {
    piece();
    isGoing = false;
  };
  const timer = setInterval(() => {
    const isMoving = untrack(() => {
      const it = player();
      return it !== null && !it.isPaused && it.hasPicture && !it.needsTap;
    });
    if (!isMoving || document.visibilityState !== "visible") {
      if (more.tellsStop) tell();
      return;
    }
    more.onLook?.();
    if (!isGoing) more.onStart?.();
    isGoing = true;
    // A whole piece is told once it goes on: where it stops, something is left to say so.
    if (seconds >= TELL_AFTER_S) piece();
    seconds += LOOK_S;
  }, LOOK_S * 1000);
  return { tell, stop: () => clearInterval(timer) };
}

/** Cards, bag and products, which rooms and videos have in common. */
function watchPlace(place: Place, sheets: PlaceSheets, tellTime: () => void, stopTime: () => void): () => void {
  const mediaMs = () => untrack(() => place.mediaMs);
  const leave = () => {
    tellTime();
    reporter.flush();
  };
  const onHidden = () => document.visibilityState === "hidden" && leave();
  const stopCards = noteCards(place);
  const stop = $effect.root(() => {
    $effect(() => {
      const sheet = sheets.current;
      if (sheet.kind === "bag") reporter.note("bag_opened", place, { mediaMs: mediaMs() });
      if (sheet.kind === "product") reporter.note("product_viewed", place, { productId: sheet.productId, mediaMs: mediaMs() });
    });
  });
  document.addEventListener("visibilitychange", onHidden);
  addEventListener("pagehide", leave);
  return () => {
    stopTime();
    stop();
    tellTime();
    document.removeEventListener("visibilitychange", onHidden);
    removeEventListener("pagehide", leave);
    stopCards();
  };
}
