/** Goods outside of any picture, found by a search or in a shop, as a place where they are bought: prices as they were found. */
import { serverNow } from "../../lib/live/clock";
import type { BagItem } from "../../lib/live/fold";
import type { Place } from "./place";

export function goodsPlace(bag: () => BagItem[]): Place {
  // An order outside of any picture says of no place that it came from it.
  return {
    kind: "goods",
    id: "",
    get bag(): BagItem[] {
      return bag();
    },
    isBagKnown: true,
    cue: null,
    featured: null,
    mediaMs: null,
    now: serverNow,
    source: () => ({}),
    refreshBag: async () => undefined,
    explanationOf: () => null,
  };
}
