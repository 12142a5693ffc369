/** The feeds there are. */
import { getFeed } from "../video/api";
import { Feed } from "./feed.svelte";

export type Tab = "discover" | "following";
type Kept = { whoId: string | null; feed: Feed };
const kept: Partial<Record<Tab, Kept>> = {};

/** The feed of a tab; who comes back to it finds it where it was left, also after signing in. Another account has another. */
export function feedOf(tab: Tab, whoId: string | null): Feed {
  const known = kept[tab];
  if (known && (known.whoId === null || known.whoId === whoId)) {
    known.whoId = whoId;
    return known.feed;
  }
  const feed = new Feed((cursor) => getFeed(tab, cursor));
  kept[tab] = { whoId, feed };
  return feed;
}

/** Whom one follows has changed: what they show is asked for anew when it is next looked at. */
export function forgetFeed(tab: Tab): void {
  delete kept[tab];
}
