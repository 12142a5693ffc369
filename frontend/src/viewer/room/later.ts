/** What a room does without until it is there: noting what is seen and done, and the captions of its replay. Not part of the first load. */
import type { PlaceSheets } from "../place/sheets.svelte";
import { watchRoom } from "../behaviour/watch.svelte";
import { askCaptions, putCaptions } from "../captions/captions.svelte";
import { captionParts } from "../captions/parts";
import { learnEarly } from "../club/early.svelte";
import { showLines } from "../club/lines";
import { tellEnd } from "./ended.svelte";
import type { RoomSession } from "./session.svelte";

/** Answers what ends it. */
export function later(session: RoomSession, sheets: PlaceSheets): () => void {
  const stopWatching = watchRoom(session, sheets);
  const startedMs = () => session.room?.started_at_ms ?? 0;
  const stopCaptions = putCaptions(
    () => session.mode === "replay" && session.player.hasPicture,
    () => askCaptions("rooms", session.id),
    captionParts,
    () => {
      const bar = document.querySelector('[data-testid="replay-bar"]');
      return bar?.parentElement ? { words: bar.parentElement, before: bar, button: bar } : null;
    },
    () => (session.mode === "replay" && session.mediaMs !== null ? session.mediaMs - startedMs() : null),
  );
  const stopLines = showLines(session);
  const bell = import("./bell.svelte").then(({ hearBell }) => hearBell(session, sheets));
  const stopLearning = learnEarly(() => session.bag);
  const stopTelling = tellEnd(session);
  return () => {
    stopTelling();
    void bell.then((stop) => stop());
    stopLearning();
    stopLines();
    stopWatching();
    stopCaptions();
  };
}
