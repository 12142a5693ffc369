/** Lists that films are chosen from: a film goes on into the list it was opened from, and that is found again as it was left. */
import { Paged } from "../state/paged.svelte";
import { search } from "../search/api";
import type { Page, VideoCard } from "./api";
import { listCreatorVideos, listTopicVideos } from "./later_api";

type Ask = (cursor?: string) => Promise<Page<VideoCard>>;
/** What a list is of, as the address of a film names it: `topic/草莓`. */
export type ListName = `${"topic" | "creator" | "search"}/${string}`;

const ASKS: Record<string, (what: string) => Ask> = {
  topic: (topic) => (cursor) => listTopicVideos(topic, cursor),
  creator: (id) => (cursor) => listCreatorVideos(id, cursor),
  search: (question) => async (cursor) => {
    const { videos, next_cursor } = await search(question, "videos", cursor);
    return { items: videos, next_cursor };
  },
};
const MOST_KEPT = 4;
const kept = new Map<string, Paged<VideoCard>>();

/** Null: there is no such list. */
export function filmList(name: string | null): Paged<VideoCard> | null {
  const known = kept.get(name ?? "");
  if (known) return known;
  const [, kind, what] = /^(\w+)\/(.+)$/s.exec(name ?? "") ?? [];
  const ask = Object.hasOwn(ASKS, kind ?? "") && what ? ASKS[kind ?? ""]?.(what) : undefined;
  if (!name || !ask) return null;
  const list = new Paged(ask);
  kept.set(name, list);
  for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
  return list;
}

/** The list for its own page, which shows it anew. */
export function freshList(name: ListName): Paged<VideoCard> {
  kept.delete(name);
  return filmList(name) as Paged<VideoCard>;
}

export function filmPath(videoId: string, list?: ListName): string {
  return `/videos/${videoId}${list ? `?in=${encodeURIComponent(list)}` : ""}`;
}
