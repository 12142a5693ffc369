/** What an entry of a feed does without until it is seen: whether it was seen, and a film's captions. Not part of the first load. */
import { noteSeen } from "../behaviour/seen";
import { askCaptions, putCaptions } from "../captions/captions.svelte";
import { captionParts } from "../captions/parts";
import type { Entry } from "./feed.svelte";

/** Answers what ends it. */
export function later(card: HTMLElement, entry: Entry): () => void {
  const stopLooking = noteSeen(card, entry);
  if (entry.kind === "room") return stopLooking;
  const film = entry;
  const stopCaptions = putCaptions(
    // The next film has a picture too, but stands still at its start.
    () => (film.mediaMs ?? 0) > 0,
    () => askCaptions("videos", film.id),
    captionParts,
    () => {
      const [words, button] = [card.querySelector(".over"), card.querySelector(".frame")];
      return words && button ? { words, before: words.firstElementChild, button } : null;
    },
    () => film.mediaMs,
  );
  return () => {
    stopLooking();
    stopCaptions();
  };
}
