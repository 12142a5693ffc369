/** Whether the viewer reads what is said, here and in what comes after; and putting it over a picture. Not part of the first load. */
import { type Component, mount, untrack, unmount } from "svelte";
import { api, ok } from "../../lib/api/client";
import { remembered } from "./remembered";
import { type Line, readWebvtt } from "../../lib/captions/webvtt";

const wanted = $state({ isOn: remembered.read() });

export function wantsCaptions(): boolean {
  return wanted.isOn;
}

export function toggleCaptions(): void {
  wanted.isOn = !wanted.isOn;
  remembered.write(wanted.isOn);
}

export type Spoken = { lines: Line[]; at: () => number | null };

export async function askCaptions(kind: "videos" | "rooms", id: string): Promise<Line[]> {
  const file =
    kind === "videos"
      ? await ok(api.GET("/api/videos/{video_id}/captions", { params: { path: { video_id: id } }, parseAs: "text" }))
      : await ok(api.GET("/api/rooms/{room_id}/captions", { params: { path: { room_id: id } }, parseAs: "text" }));
  return readWebvtt(file as string);
}

/** Where the words stand (before `before`), and where the button. */
export type Spot = { words: Element; before: Element | null; button: Element };
type Parts = { Words: Component<{ spoken: Spoken }>; Toggle: Component<Record<string, never>> };

/**
 * Once `isReady`, asks for the lines; if there are any, the words and their button come up.
 * Answers what takes them away. Captions that do not come are no trouble to a viewer: they go on without.
 */
export function putCaptions(isReady: () => boolean, ask: () => Promise<Line[]>, parts: () => Promise<Parts>, spot: () => Spot | null, at: () => number | null): () => void {
  let isGone = false;
  let isAsked = false;
  const mounted: Record<string, never>[] = [];
  const put = async () => {
    const lines = await ask();
    if (lines.length === 0) return;
    const { Words, Toggle } = await parts();
    const there = spot();
    if (isGone || !there) return;
    mounted.push(mount(Words, { target: there.words, anchor: there.before ?? undefined, props: { spoken: { lines, at } } }) as Record<string, never>);
    mounted.push(mount(Toggle, { target: there.button }) as Record<string, never>);
  };
  const stop = $effect.root(() => {
    $effect(() => {
      if (isAsked || !isReady()) return;
      isAsked = true;
      untrack(() => put().catch(() => undefined));
    });
  });
  return () => {
    isGone = true;
    stop();
    for (const part of mounted) void unmount(part);
  };
}
