/** The few players that a feed has, however long it is: each is lent to the entry on the screen and its neighbours. */
import { Player } from "../../lib/player/player.svelte";

const MOST = 3;
type Slot = { player: Player; key: string | null; end: () => void };

export class PlayerPool {
  #slots: Slot[] = [];

  /** Those of entries that are far are free again. Answers the keys that lost theirs. */
  keep(keys: readonly string[]): string[] {
    const gone = this.#slots.filter((slot) => slot.key !== null && !keys.includes(slot.key));
    return gone.flatMap((slot) => {
      const { key } = slot;
      slot.player.unload();
      slot.key = null;
      return key === null ? [] : [key];
    });
  }

  /** The player of this entry; null if all are lent. */
  take(key: string): Player | null {
    const own = this.#slots.find((slot) => slot.key === key);
    if (own) return own.player;
    const slot = this.#slots.find((one) => one.key === null) ?? this.#make();
    if (slot) slot.key = key;
    return slot?.player ?? null;
  }

  close(): void {
    for (const slot of this.#slots) {
      slot.player.unload();
      slot.player.element?.remove();
      slot.end();
    }
    this.#slots = [];
  }

  #make(): Slot | null {
    if (this.#slots.length >= MOST) return null;
    const video = document.createElement("video");
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.muted = true;
    // What is on it is told by the film's title beside it.
    video.tabIndex = -1;
    video.dataset["testid"] = "film";
    const player = new Player();
    const slot = { player, key: null, end: player.attach(video) };
    this.#slots.push(slot);
    return slot;
  }
}
