/** Goods that were searched for, as a place where they are bought: no room, no video, prices as they were found. */
import type { BagItem } from "../../lib/live/fold";
import type { Place } from "../place/place";
import type { Found } from "./found.svelte";

export function searchPlace(found: Found): Place {
  // An order outside of any picture says of no place that it came from it.
  return {
    kind: "search",
    id: "",
    get bag(): BagItem[] {
      return found.results?.products.map((hit) => hit.item) ?? [];
    },
    isBagKnown: true,
    cue: null,
    featured: null,
    mediaMs: null,
    now: () => Date.now(),
    source: () => ({}),
    refreshBag: async () => undefined,
    explanationOf: () => null,
  };
}
