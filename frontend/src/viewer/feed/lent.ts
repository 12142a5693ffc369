/** Shows in an element the one player that an entry was lent. */
import type { Attachment } from "svelte/attachments";
import type { Player } from "../../lib/player/player.svelte";

export function lent(entry: { readonly player: Player | null }): Attachment<HTMLElement> {
  return (node) => {
    const video = entry.player?.element;
    if (!video) return;
    node.append(video);
    // It may have been lent to another meanwhile.
    return () => video.parentNode === node && video.remove();
  };
}
