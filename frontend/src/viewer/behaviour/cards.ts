/** Which cards were seen, and which were clicked. Not part of the first load. */
import { untrack } from "svelte";
import type { Cue } from "../../lib/live/fold";
import type { Place } from "../place/place";
import { EVERY_MS, reporter } from "./report";

const CARD = '[data-testid="product-card"]';
const LOOK_MS = 200;
const SEEN_MS = 1000;
/** Who comes later than this after a card came up has come in its midst. */
const SOON_MS = 1000;
/** Everybody sees a card at once: so many pages a second tell of it, but none later than it would tell anyway. */
const PAGES_PER_S = 3000;
/** Parts of a card's width and height at which it is looked for. */
const PLACES = [1 / 6, 1 / 2, 5 / 6];

/**
 * A card is shown when half of it was in sight for a second, with nothing lying over it; it is told once, with the moment
 * of the picture at which it came up. Answers what ends it.
 */
export function noteCards(place: Place): () => void {
  const told = new Set<string>();
  let up: { cue: Cue; atMs: number; sinceMs: number | null } | null = null;

  const look = () => {
    const cue = untrack(() => (place.featured ? place.cue : null));
    if (up?.cue.cue_id !== cue?.cue_id) up = cue && { cue, atMs: cameUpAt(cue, untrack(() => place.mediaMs)), sinceMs: null };
    if (!up || told.has(up.cue.cue_id)) return;
    if (document.visibilityState === "hidden" || !isInSight(up.cue.product_id)) return void (up.sinceMs = null);
    const now = performance.now();
    up.sinceMs ??= now;
    if (now - up.sinceMs >= SEEN_MS) tell();
  };
  const tell = () => {
    if (!up || told.has(up.cue.cue_id)) return;
    told.add(up.cue.cue_id);
    reporter.note("card_shown", place, { productId: up.cue.product_id, mediaMs: up.atMs, withinMs: spread(place.online) });
  };
  // The card alone, wherever else a product can be opened from.
  const onClick = (event: Event) => {
    const card = event.target instanceof Element ? event.target.closest<HTMLElement>(CARD) : null;
    const productId = card?.dataset["productId"];
    if (!productId) return;
    look();
    // Who was quicker than a second has seen it all the same.
    if (up?.cue.product_id === productId) tell();
    reporter.note("card_clicked", place, { productId, mediaMs: untrack(() => place.mediaMs) });
  };

  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("click", onClick, true);
  return () => {
    clearInterval(timer);
    document.removeEventListener("click", onClick, true);
  };
}

/** When this page tells, of so many that look on; of a video it can wait. */
export function spread(online: number | undefined, chance: () => number = Math.random): number {
  if (online === undefined) return EVERY_MS;
  return chance() * Math.min(EVERY_MS, Math.max(200, (online / PAGES_PER_S) * 1000));
}

function cameUpAt(cue: Cue, mediaMs: number | null): number {
  return mediaMs === null || mediaMs - cue.start_ms < SOON_MS ? cue.start_ms : mediaMs;
}

/** At least half of the card is on the screen, and what one would touch there is the card itself: nothing lies over it. */
function isInSight(productId: string): boolean {
  const cards = [...document.querySelectorAll<HTMLElement>(CARD)].filter((card) => card.dataset["productId"] === productId);
  return cards.some((card) => {
    const { left, top, width, height } = card.getBoundingClientRect();
    const points = PLACES.flatMap((x) => PLACES.map((y) => document.elementFromPoint(left + width * x, top + height * y)));
    return points.filter((over) => card.contains(over)).length * 2 >= points.length;
  });
}
