/** Lends the players to what is on the screen and what comes next, and takes them back from what is far. */
import { Film } from "./film.svelte";
import type { Entry } from "./feed.svelte";
import { PlayerPool } from "./pool";
import type { RoomEntry } from "./room_entry.svelte";
import { wantsSound } from "./sound.svelte";

export class Projector {
  #pool = new PlayerPool();
  #lent = new Map<string, Entry>();

  /** The entry on the screen plays; once it has a picture, the next is made ready, the one before waits at its start. */
  show(entries: readonly Entry[], index: number): void {
    const [before, current, next] = [entries[index - 1], entries[index], entries[index + 1]];
    const near = [before instanceof Film ? before : undefined, current, next];
    this.#takeBack(near.flatMap((entry) => entry?.key ?? []));
    if (before instanceof Film) before.player?.hold();
    if (current instanceof Film) this.#play(current);
    else if (current) this.#playRoom(current);
    if (!(next instanceof Film) || (current && !current.player?.hasPicture)) return;
    this.#lend(next)?.load(next.video.playback_url, "film", true);
    next.prepare();
  }

  close(): void {
    this.#takeBack([]);
    this.#pool.close();
  }

  #play(film: Film): void {
    film.prepare();
    const player = this.#lend(film);
    if (!player) return;
    if (player.element) player.element.muted = !wantsSound();
    player.load(film.video.playback_url, "film");
  }

  /** Without sound: who wants to hear a room goes in. */
  #playRoom(entry: RoomEntry): void {
    const player = this.#lend(entry);
    if (!player) return;
    if (player.element) player.element.muted = true;
    player.load(entry.room.playback_url, "live");
  }

  #lend(entry: Entry) {
    const player = this.#pool.take(entry.key);
    if (player && entry.player !== player) {
      entry.player = player;
      this.#lent.set(entry.key, entry);
    }
    return player;
  }

  #takeBack(near: string[]): void {
    for (const key of this.#pool.keep(near)) {
      const entry = this.#lent.get(key);
      if (entry) entry.player = null;
      this.#lent.delete(key);
    }
  }
}
