/** What comes after a film that was chosen from a list. Loaded only where there is one. */
import { Feed } from "../feed/feed.svelte";
import { Film } from "../feed/film.svelte";
import type { Paged } from "../state/paged.svelte";
import type { VideoCard } from "./api";
import { filmList } from "./lists";

/** A film in the list it was chosen from, as far as that was read; of another list, the film and then all of it. */
function feedIn(list: Paged<VideoCard>, videoId: string, first: () => Promise<Film>): Feed {
  const feed = new Feed(async (cursor) => {
    const { items, next_cursor } = await list.ask(cursor);
    return { items: items.map(toFilm), next_cursor };
  }, first);
  const index = list.items?.findIndex((card) => card.video_id === videoId) ?? -1;
  if (list.items && index >= 0) feed.startAt(list.items.map(toFilm), index, list.nextCursor);
  return feed;
}

function toFilm(card: VideoCard): Film {
  return new Film({ ...card, published_at_ms: Date.parse(card.published_at), is_liked: false }, null);
}

/** Null: there is no such list. */
export function feedOfList(name: string, videoId: string, first: () => Promise<Film>): Feed | null {
  const list = filmList(name);
  return list && feedIn(list, videoId, first);
}
